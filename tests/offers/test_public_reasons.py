"""Why there is no amount, in words that the clinic's own market lets a public page say."""

import pytest
from flask import Flask

from webapp.domain.market import Hidden, Switches, policy
from webapp.domain.offers import Incomplete
from webapp.offers.labels import public_reason

pytestmark = pytest.mark.once

SG, KR = policy("SG", Switches.safe()), policy("KR", Switches.safe())


@pytest.mark.parametrize(
    ("reason", "in_korea"),
    [
        (Hidden.EVENT_ENDED, "The event price has ended."),
        (Hidden.EVENT_TERMS_MISSING, "The event price is not shown: its terms are not complete."),
        (Hidden.NO_LONGER_VALID, "The price is no longer valid."),
        (Incomplete.EVENT_DATES_UNKNOWN, "The event price has no stated end."),
        (Incomplete.PRICE_NOT_YET_VALID, "The price is not valid yet."),
    ],
)
def test_singapore_hears_of_no_event_and_no_period(
    app: Flask, reason: Hidden | Incomplete, in_korea: str
) -> None:
    with app.test_request_context("/"):
        assert public_reason(reason, SG) == "No price is stated for today."
        assert public_reason(reason, KR) == in_korea


@pytest.mark.parametrize("reason", [Hidden.NOT_AUTHORISED, Hidden.ON_REQUEST, Incomplete.TAX_UNKNOWN])
def test_other_reasons_are_the_same_in_both_markets(app: Flask, reason: Hidden | Incomplete) -> None:
    with app.test_request_context("/"):
        assert public_reason(reason, SG) == public_reason(reason, KR) != "No price is stated for today."
