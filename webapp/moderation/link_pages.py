"""What stands on the page behind a clinic's link, and what its button does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from webapp.clinics.models import Clinic
from webapp.extensions import db
from webapp.i18n import current_language, language_prefix
from webapp.moderation import listed
from webapp.moderation.listed import PriceRow, Row
from webapp.moderation.models import Claim, ClinicLink, NeverListRequest
from webapp.moderation.services import authority, claims, do_not_list, links, reminders

PURPOSES = frozenset(
    {links.CLAIM, links.NEVER_LIST, links.WITHDRAW, links.CONFIRM_PRICES, links.CONFIRM_LISTING}
)


@dataclass(frozen=True, slots=True)
class LinkPage:
    """`state` is "asks" while the button is there, else what became of it: "done", "waiting", "accepted", "refused",
    "expired". `mark` says what was looked at, so that only that is confirmed."""

    purpose: str
    state: str
    clinic: Clinic | None
    clinic_name: str
    is_taken: bool = False
    prices: list[PriceRow] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    mark: str = ""

    @property
    def portal(self) -> str:
        """Where the clinic changes what stands on this page, in the reader's language."""
        pages = {links.CONFIRM_PRICES: "prices", links.CONFIRM_LISTING: "profile"}
        prefix = language_prefix(current_language())
        if self.clinic is None or self.purpose not in pages:
            return f"{prefix}/portal/"
        return f"{prefix}/portal/{self.clinic.slug}/{pages[self.purpose]}"


def page_of(link: ClinicLink) -> LinkPage:
    """The page of a link with one of PURPOSES. Nothing of whoever asked stands on it: scanners read it too."""
    clinic = db.session.get(Clinic, link.clinic_id) if link.clinic_id else None
    if link.purpose == links.NEVER_LIST:
        request = db.session.get_one(NeverListRequest, link.subject_id)
        return LinkPage(link.purpose, _state(request.state), clinic, request.clinic_name)
    assert clinic is not None  # only a wish never to be listed may be for a clinic that we do not have
    if link.purpose == links.CLAIM:
        claim = db.session.get_one(Claim, link.subject_id)
        taken = not claims.may_accept_by_itself(clinic)
        return LinkPage(link.purpose, _state(claim.state), clinic, clinic.name, is_taken=taken)
    state = "asks" if link.used_at is None and clinic.authority == authority.AUTHORISED else "done"
    if link.purpose == links.CONFIRM_PRICES:
        return LinkPage(
            link.purpose,
            state,
            clinic,
            clinic.name,
            prices=listed.prices(clinic),
            mark=listed.mark_of_prices(clinic),
        )
    if link.purpose == links.CONFIRM_LISTING:
        return LinkPage(
            link.purpose,
            state,
            clinic,
            clinic.name,
            facts=listed.facts(clinic),
            mark=listed.mark_of_facts(clinic),
        )
    return LinkPage(link.purpose, state, clinic, clinic.name)


def use(link: ClinicLink, sent: Mapping[str, str], now: datetime) -> bool:
    """Do what the link is for, in the caller's transaction; used before, it does nothing more.

    False when the list to be confirmed is not the one that was looked at; nothing is done then.
    """
    match link.purpose:
        case links.CLAIM:
            claims.prove(link, now)
        case links.NEVER_LIST:
            do_not_list.prove(link, now)
        case links.WITHDRAW:
            clinic = db.session.get_one(Clinic, link.clinic_id)
            if links.use(link, now):
                authority.withdraw(clinic, reminders.BY_LINK, now, way=authority.LINK)
        case _:
            if link.used_at is None and page_of(link).mark != sent.get("mark"):
                return False
            reminders.confirm(link, now)
    return True


def _state(state: str) -> str:
    return "asks" if state == "proof_asked" else state
