"""The ladder of attempts, exactly."""

from random import Random

import pytest

from webapp.outbox.retries import GIVE_UP_AFTER, JITTER, nominal_delay, retry_delay

pytestmark = pytest.mark.once


def test_the_ladder_is_1_5_15_60_minutes_then_half_as_long_again_up_to_four_hours() -> None:
    minutes = [nominal_delay(failure) / 60 for failure in range(1, 12)]
    assert minutes == [1, 5, 15, 60, 90, 135, 202.5, 240, 240, 240, 240]
    assert nominal_delay(10**6) == 4 * 3600


def test_there_is_no_attempt_number_nought() -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        nominal_delay(0)


def test_chance_moves_a_delay_by_a_fifth_at_most_and_uses_all_of_that() -> None:
    chance = Random(7)
    moved = [retry_delay(2, chance) for _attempt in range(2000)]
    assert all(300 * (1 - JITTER) <= delay <= 300 * (1 + JITTER) for delay in moved)
    assert min(moved) < 300 * 0.81
    assert max(moved) > 300 * 1.19


def test_three_days_hold_about_two_dozen_attempts() -> None:
    age, attempts = 0.0, 1
    while age + nominal_delay(attempts) <= GIVE_UP_AFTER:
        age += nominal_delay(attempts)
        attempts += 1
    assert attempts == 23
    assert age > 68 * 3600, "the last attempt comes near the end of the three days"
