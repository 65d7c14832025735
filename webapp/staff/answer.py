"""The answer that a queue's form gives: yes, or no with a reason."""

from dataclasses import dataclass

from flask import abort, request

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """`reason` is never empty in a no; `missing` is true where it should have been given and was not."""

    yes: bool
    reason: str

    @property
    def missing(self) -> bool:
        return not self.yes and not self.reason


def given() -> Answer:
    """What the request's form says; 422 for a form that none of our pages holds."""
    answer = request.form.get("answer")
    if answer not in {"yes", "no"}:
        abort(422)
    return Answer(answer == "yes", request.form.get("reason", "").strip()[:_LONGEST])
