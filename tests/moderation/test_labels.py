"""Every rule of the text lint has its reason in the reader's words."""

from flask import Flask

from webapp.domain.lint import TEXT_RULES
from webapp.moderation.labels import WHY


def test_every_rule_says_why_and_in_english_as_itself(app: Flask) -> None:
    with app.test_request_context("/"):
        assert {name: str(why) for name, why in WHY.items()} == {rule.id: rule.why for rule in TEXT_RULES}
