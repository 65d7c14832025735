"""The words for codes of the staff room."""

from flask_babel import lazy_gettext as _l

from webapp.moderation.actors import ActorKind

FIELD_LABELS = {
    "name": _l("Name"),
    "name_zh": _l("Name in Chinese"),
    "name_ko": _l("Name in Korean"),
    "title": _l("Title"),
    "event_target": _l("Whom the event price is for"),
    "event_scope": _l("What the event price covers"),
    "refund_terms": _l("Refund terms"),
    "parts": _l("The clinic's words for a part"),
    "other_fees": _l("Name of a fee"),
}
CLAIM_PROOFS = {
    "domain": _l("the address is at the clinic's own domain"),
    "judgement": _l("none but the address: please judge"),
}
PLACE_REASONS = {
    "moved": _l("The new point is far from the last one."),
    "unsure": _l("The address is not told exactly enough."),
    "conflict": _l("Two answers, or the street and the postal code, lie apart."),
    "nowhere": _l("Nobody knows this address."),
}
PRECISIONS = {
    "building": _l("the building"),
    "interpolated": _l("between two numbers of the road"),
    "postcode": _l("the postcode's area"),
    "street": _l("the street"),
    "area": _l("the area"),
    "city": _l("the city"),
    "none": _l("unknown"),
}
MAIL_STATES = {
    "pending": _l("waiting to be sent"),
    "sending": _l("being sent"),
    "deferred": _l("put off"),
    "sent": _l("taken by the mail server"),
    "failed": _l("refused for good"),
    "expired": _l("could not be delivered in time"),
    "cancelled": _l("stopped"),
}
SUPPRESSIONS = {
    "unsubscribed": _l("asked for no more reminders"),
    "bounced": _l("mail came back"),
}
ACTORS = {
    ActorKind.CLINIC: _l("for the clinic"),
    ActorKind.STAFF: _l("staff"),
    ActorKind.OPERATOR: _l("by command"),
    ActorKind.SYSTEM: _l("by itself"),
}
