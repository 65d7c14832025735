"""When a mail that could not be handed over is tried again."""

from random import Random

# Seconds after the first, second, third and fourth failure; then half as long again each time, up to four
# hours.
FIRST_DELAYS = (60.0, 300.0, 900.0, 3600.0)
GROWTH = 1.5
LONGEST_DELAY = 4 * 3600.0
JITTER = 0.2
# A mail of that age is given up and the patient told: RFC 5321 (4.5.4.1) asks for four to five days of a
# server that relays for others, but she is waiting for an answer.
GIVE_UP_AFTER = 72 * 3600.0


def nominal_delay(failures: int) -> float:
    """Seconds to wait after the failure number `failures`, counted from 1, before chance moves it."""
    if failures < 1:
        raise ValueError("failures are counted from 1")
    if failures <= len(FIRST_DELAYS):
        return FIRST_DELAYS[failures - 1]
    # The exponent is bounded because a float is not endless; the cap is reached after four steps.
    return min(FIRST_DELAYS[-1] * GROWTH ** min(failures - len(FIRST_DELAYS), 16), LONGEST_DELAY)


def retry_delay(failures: int, chance: Random) -> float:
    """`nominal_delay` moved by up to a fifth either way, so that a thousand mails do not return together."""
    return nominal_delay(failures) * chance.uniform(1 - JITTER, 1 + JITTER)
