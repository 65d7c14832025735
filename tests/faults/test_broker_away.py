"""The rows without a broker notice an enquiry that was taken and is nowhere."""

from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

import pytest

from tests.faults.enquirers import Posting
from tests.faults.report import Result
from tests.faults.rounds import Posted, Round
from tests.faults.rows import broker_away
from tests.faults.scale import Scale
from tests.services.mail_server import ReceivedMail

_TAKEN = 3


class _Forgetful(Round):
    """Its site answers three forms with "sent" and stores nothing."""

    def __init__(self) -> None:
        self.stage, self.scale, self.say, self.alone = MagicMock(), Scale.SHORT, MagicMock(), True
        self.result = Result("F5", "SQLite", "broker down", "short")

    def run(self, posting: Posting, *_more: Any) -> None:
        posting.taken += [0.1] * _TAKEN

    def enquiries(self) -> list[int]:
        return []

    def deliveries(self, **_only: Any) -> list[Posted]:
        return []

    def arrived(self) -> list[ReceivedMail]:
        return []

    def _unreached(self) -> int:
        return 0


@pytest.mark.parametrize("row", [broker_away.stopped, broker_away.frozen])
def test_an_enquiry_that_was_taken_and_is_nowhere_fails_the_row(row: Callable[[Round], None]) -> None:
    round_ = _Forgetful()
    row(round_)
    assert round_.result.problems == [
        f"0 enquiries stand for {_TAKEN} forms",
        f"only 0 mails for {_TAKEN} enquiries",
    ]
