"""Clinics that asked never to be listed: kept for good, and asked before anything may put a clinic on a page.

Somebody may ask for it in the portal, or without an account: then a link to her address is used first, and it acts
by itself where that address is at the clinic's own domain, else a person decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import or_, select

from webapp.clinics.models import Clinic
from webapp.domain.same_clinic import Marks, marks, phone_key, same_clinic
from webapp.extensions import db
from webapp.moderation import mail
from webapp.moderation.actors import Actor, ActorKind
from webapp.moderation.models import ClinicLink, DoNotList, NeverListRequest
from webapp.moderation.services import authority, decisions, links, proof
from webapp.outbox import services as outbox
from webapp.settings import current_settings


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What a checked form says. The clinic's columns are read where it is one that we do not list."""

    name: str
    email: str
    note: str | None
    language: str
    country: str = ""
    clinic_name: str = ""
    postal_code: str | None = None
    website: str | None = None
    phone: str | None = None


class Register:
    """The whole list, read once: an import asks it for every row."""

    def __init__(self, rows: Iterable[DoNotList]) -> None:
        self._rows = [(_marks_of_row(row), row) for row in rows]

    def find(self, candidate: Marks) -> DoNotList | None:
        """The row that keeps this clinic out; None when nothing does."""
        return next((row for known, row in self._rows if same_clinic(known, candidate)), None)


def register() -> Register:
    return Register(db.session.scalars(select(DoNotList).order_by(DoNotList.id)))


def matches(
    country: str,
    names: Iterable[str | None],
    postal_code: str | None,
    unit: str | None,
    website: str | None,
    phone: str | None,
    ref: str,
) -> DoNotList | None:
    """The row that keeps a clinic out, as somebody describes it (see domain.same_clinic); None when nothing does."""
    return register().find(
        marks(country, names, ref=ref, postal_code=postal_code, unit=unit, website=website, phone=phone)
    )


def keeps_out(clinic: Clinic) -> DoNotList | None:
    """The row that keeps this clinic out: asked before it is fetched, claimed or listed."""
    return register().find(marks_of(clinic))


def marks_of(clinic: Clinic) -> Marks:
    return marks(
        clinic.country,
        (clinic.name, clinic.name_zh, clinic.name_ko),
        ref=clinic.ref,
        postal_code=clinic.postal_code,
        unit=clinic.unit,
        website=clinic.website,
        phone=clinic.phone,
    )


def add(clinic: Clinic, reason: str, by: Actor, now: datetime, *, way: str) -> DoNotList:
    """Never list this clinic: it leaves every page now, and no file, feed or proposal brings it back."""
    row = db.session.scalar(select(DoNotList).where(DoNotList.clinic_id == clinic.id))
    if row is None:
        row = _row(marks_of(clinic), reason, by, now)
        row.clinic_id = clinic.id
        db.session.add(row)
        authority.leave(clinic, authority.DO_NOT_LIST, by, now, way=way, reason=reason)
    db.session.flush()
    return row


def lift(clinic: Clinic, by: Actor, now: datetime) -> None:
    """The clinic itself wants to be listed after all, and staff looked at it: it leaves the list.

    The wish of another branch, a row of its own, stays.
    """
    own = select(DoNotList).where(or_(DoNotList.clinic_id == clinic.id, DoNotList.clinic_id.is_(None)))
    for row in db.session.scalars(own).all():
        if same_clinic(_marks_of_row(row), marks_of(clinic)):
            decisions.log("do_not_list.lifted", by, now, clinic=clinic, reason=row.reason)
            db.session.delete(row)
    db.session.flush()


def ask(clinic: Clinic | None, draft: RequestDraft, now: datetime) -> None:
    """Somebody asks that a clinic is never listed: queue a mail with a link to her address, in the caller's
    transaction. `clinic` is None for one that we do not list.

    The same address asking again for the same clinic gets the mail again, once a day.
    """
    if clinic is None:
        clinic = _listed_as(draft)
    hashed = proof.wait_for_turn(draft.email)
    request = _open(clinic, draft, hashed)
    if request is None:
        if proof.asks_too_often(hashed, now):
            return
        request = _new_request(clinic, draft, hashed, now)
    email, language, days = draft.email, request.language, current_settings().claim_days
    name = request.clinic_name

    def compose() -> EmailMessage:
        token = links.mint(links.NEVER_LIST, clinic, now, days=days, subject_id=request.id)
        return mail.never_list_asked(name, language, token, days)

    outbox.post(f"never-list-asked:{request.id}:{now.date()}", email, compose)


def prove(link: ClinicLink, now: datetime) -> NeverListRequest:
    """The link in the mail was used. At the clinic's own domain that is proof enough; else it waits for staff."""
    request = db.session.get_one(NeverListRequest, link.subject_id, with_for_update=True)
    if not links.use(link, now) or request.state != proof.ASKED:
        return request
    clinic = db.session.get(Clinic, request.clinic_id) if request.clinic_id else None
    request.proven_at, request.state = now, proof.WAITING
    request.proof = proof.kind(request.email, clinic.website if clinic else None)
    # Whoever speaks for a clinic that joined does so in the portal; anybody else's wish goes to a person.
    if clinic is not None and request.proof == proof.DOMAIN and clinic.authority != authority.AUTHORISED:
        _accept(request, Actor(ActorKind.CLINIC, request.name), now, way=authority.LINK)
    return request


def waiting() -> Sequence[NeverListRequest]:
    """Requests whose address is proven and that wait for staff, oldest first."""
    return db.session.scalars(
        select(NeverListRequest)
        .where(NeverListRequest.state == proof.WAITING)
        .order_by(NeverListRequest.created_at, NeverListRequest.id)
    ).all()


def accept(request: NeverListRequest, by: Actor, now: datetime) -> bool:
    """Staff grants what waits. False when it does not wait any more."""
    if proof.locked(request).state != proof.WAITING:
        return False
    _accept(request, by, now, way=authority.STAFF)
    return True


def refuse(request: NeverListRequest, reason: str, by: Actor, now: datetime) -> bool:
    """Staff refuses what waits, and says why by mail. False when it does not wait any more."""
    if proof.locked(request).state != proof.WAITING:
        return False
    _decide(request, proof.REFUSED, by, now, reason)
    name, language = request.clinic_name, request.language
    outbox.post(
        f"never-list-refused:{request.id}",
        request.email,
        lambda: mail.never_list_refused(name, language, reason),
    )
    return True


def expire(now: datetime) -> int:
    """Requests that nobody proved in time end, and what was written in those that came to nothing goes."""
    return proof.expire(NeverListRequest, now, current_settings().claim_days)


def _accept(request: NeverListRequest, by: Actor, now: datetime, *, way: str) -> None:
    clinic = db.session.get(Clinic, request.clinic_id) if request.clinic_id else None
    reason = "asked for it by mail"
    if clinic is not None:
        add(clinic, reason, by, now, way=way)
    else:
        db.session.add(_row(_marks_of_request(request), reason, by, now))
    _decide(request, proof.ACCEPTED, by, now)
    name, language = request.clinic_name, request.language
    outbox.post(f"never-list-done:{request.id}", request.email, lambda: mail.never_list_done(name, language))


def _decide(
    request: NeverListRequest, state: str, by: Actor, now: datetime, reason: str | None = None
) -> None:
    request.state, request.decided_at, request.decided_by, request.reason = state, now, by.name, reason
    clinic = db.session.get(Clinic, request.clinic_id) if request.clinic_id else None
    decisions.log(f"never_list.{state}", by, now, clinic=clinic, subject=request.clinic_name, reason=reason)


def _new_request(clinic: Clinic | None, draft: RequestDraft, hashed: str, now: datetime) -> NeverListRequest:
    request = NeverListRequest(
        clinic_id=clinic.id if clinic else None,
        country=clinic.country if clinic else draft.country,
        clinic_name=clinic.name if clinic else draft.clinic_name,
        postal_code=None if clinic else draft.postal_code,
        website=None if clinic else draft.website,
        phone=None if clinic else draft.phone,
        name=draft.name,
        email=draft.email,
        email_hash=hashed,
        note=draft.note or None,
        language=draft.language,
        proof=proof.kind(draft.email, clinic.website if clinic else None),
        state=proof.ASKED,
        created_at=now,
    )
    db.session.add(request)
    db.session.flush()
    return request


def _open(clinic: Clinic | None, draft: RequestDraft, hashed: str) -> NeverListRequest | None:
    """The same wish of the same address that nobody decided yet."""
    same = select(NeverListRequest).where(
        NeverListRequest.email_hash == hashed, NeverListRequest.state == proof.ASKED
    )
    if clinic is not None:
        return db.session.scalars(same.where(NeverListRequest.clinic_id == clinic.id)).first()
    return db.session.scalars(
        same.where(NeverListRequest.clinic_id.is_(None), NeverListRequest.clinic_name == draft.clinic_name)
    ).first()


def _listed_as(draft: RequestDraft) -> Clinic | None:
    """The one clinic of ours that is described; None where there is none, or several might be meant."""
    wanted = marks(
        draft.country,
        [draft.clinic_name],
        postal_code=draft.postal_code,
        website=draft.website,
        phone=draft.phone,
    )
    there = db.session.scalars(select(Clinic).where(Clinic.country == draft.country))
    found = [clinic for clinic in there if same_clinic(marks_of(clinic), wanted)]
    return found[0] if len(found) == 1 else None


def _marks_of_request(request: NeverListRequest) -> Marks:
    return marks(
        request.country,
        [request.clinic_name],
        postal_code=request.postal_code,
        website=request.website,
        phone=request.phone,
    )


def _marks_of_row(row: DoNotList) -> Marks:
    return Marks(
        country=row.country,
        names=frozenset(row.name_keys.split("|")) - {""},
        ref=row.ref,
        postal_code=row.postal_code,
        unit=row.unit,
        host=row.website_host,
        phone=phone_key(row.phone, row.country),
    )


def _row(known: Marks, reason: str, by: Actor, now: datetime) -> DoNotList:
    return DoNotList(
        clinic_id=None,
        ref=known.ref,
        country=known.country,
        name_keys="|".join(sorted(known.names)),
        postal_code=known.postal_code,
        unit=known.unit,
        website_host=known.host,
        phone=known.phone,
        reason=reason,
        at=now,
        by_name=by.name[:200],
    )
