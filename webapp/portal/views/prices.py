"""The clinic's own price list: what the public sees of each offer, and the form that adds and changes one."""

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its published types

from webapp.access import Audience, open_to
from webapp.clinics.models import Clinic
from webapp.domain.lint import Finding
from webapp.domain.offers import OfferTerms
from webapp.extensions import csrf
from webapp.i18n import localised, today_in, utc_now
from webapp.moderation.services import editing
from webapp.moderation.services.editing import Edited, OfferRefused
from webapp.moderation.services.texts import Findings, TextRefused
from webapp.offers.models import Offer
from webapp.offers.queries import terms_of
from webapp.portal import price_sheet, waiting
from webapp.portal.announcing import short, tell
from webapp.portal.blueprint import blueprint
from webapp.portal.differences import differences, price_step
from webapp.portal.forms import offer_terms
from webapp.portal.forms.offers import MAX_PARTS, OTHER, OfferForm, give_options, needs, offer_form
from webapp.portal.membership import actor, current_clinic
from webapp.portal.price_sheet import version
from webapp.portal.price_words import finding_words, market_hints, rule_words
from webapp.settings import market_policy
from webapp.treatments.models import Treatment
from webapp.unit_of_work import unit_of_work


@blueprint.get("/<slug>/prices")
@open_to(Audience.CLINIC)
def prices(slug: str) -> str:
    """Every offer with the price as the public sees it, when it was confirmed, and what can be done."""
    return render_template("portal/prices.html", sheet=price_sheet.build(current_clinic(), utc_now()))


@blueprint.post("/<slug>/prices/confirm")
@open_to(Audience.CLINIC)
def confirm_prices(slug: str) -> Response:
    """Every price on the list is still right today."""
    with unit_of_work():
        count = editing.confirm_prices(current_clinic(), actor(), utc_now())
    flash(
        ngettext(
            "%(num)s price is confirmed as of today.", "%(num)s prices are confirmed as of today.", count
        )
    )
    return redirect(url_for("portal.prices", slug=slug), 303)


@blueprint.route("/<slug>/prices/new", methods=["GET", "POST"])
@csrf.exempt  # the form checks its own token, so that a stale one gives a message beside what was typed
@open_to(Audience.CLINIC)
def new_offer(slug: str) -> Response | str | tuple[str, int]:
    """Add an offer."""
    return _offer_page(_Page(current_clinic(), None))


@blueprint.route("/<slug>/prices/<path:ref>", methods=["GET", "POST"])
@csrf.exempt  # as above
@open_to(Audience.CLINIC)
def offer(slug: str, ref: str) -> Response | str | tuple[str, int]:
    """Change an offer."""
    clinic = current_clinic()
    return _offer_page(_Page(clinic, _offer(clinic, ref)))


@blueprint.post("/<slug>/prices/<path:ref>/retire")
@open_to(Audience.CLINIC)
def retire_offer(slug: str, ref: str) -> Response:
    """Take an offer off the list."""
    with unit_of_work():
        clinic = current_clinic()
        row = _offer(clinic, ref)
        editing.retire_offer(clinic, row, actor(), utc_now())
        title = row.title
    flash(_("“%(title)s” is off your list. You can bring it back below.", title=short(title)))
    return redirect(url_for("portal.prices", slug=slug), 303)


@blueprint.post("/<slug>/prices/<path:ref>/restore")
@open_to(Audience.CLINIC)
def restore_offer(slug: str, ref: str) -> Response:
    """Put a retired offer back, with the price and the date it had."""
    with unit_of_work():
        clinic = current_clinic()
        row = _offer(clinic, ref)
        editing.restore_offer(clinic, row, actor(), utc_now())
        title = row.title
    flash(_("“%(title)s” is back on your list. Look at its price and confirm it.", title=short(title)))
    return redirect(url_for("portal.prices", slug=slug), 303)


def _offer(clinic: Clinic, ref: str) -> Offer:
    return editing.find_offer(clinic, ref) or abort(404)


class _Overtaken(Exception):
    """The offer was changed since the form was opened; `terms` are what it says now."""

    def __init__(self, terms: OfferTerms) -> None:
        super().__init__(terms.title)
        self.terms = terms


@dataclass(frozen=True, slots=True)
class _Page:
    """What the form of one offer is about; `offer` None: a new one."""

    clinic: Clinic
    offer: Offer | None

    @property
    def currency(self) -> str:
        return self.offer.currency if self.offer else market_policy(self.clinic.country).currency

    def form(self) -> OfferForm:
        """With what was sent, or with what the offer states now."""
        form = offer_form(self._options(), None if request.method == "POST" else self._prefilled())
        if request.method != "POST" and self.offer is not None:
            form.seen.data = version(terms_of(self.offer))
        return form

    def add_part(self, form: OfferForm) -> None:
        if len(form.parts) < MAX_PARTS:
            form.parts.append_entry()
            give_options(form, self._options())

    def render(self, form: OfferForm, other: tuple[OfferTerms, OfferTerms] | None = None) -> str:
        """`other`: what somebody else made of the offer meanwhile, and what was typed."""
        policy = market_policy(self.clinic.country)
        return render_template(
            "portal/offer.html",
            form=form,
            offer=self.offer,
            currency=self.currency,
            may_add=len(form.parts) < MAX_PARTS,
            refused=price_sheet.listable(self.clinic.country)[1],
            rule_words=rule_words,
            other=other,
            names=price_sheet.treatment_names(),
            differences=differences,
            price_step=price_step,
            hints=market_hints(
                policy.country,
                event_terms=policy.prices.show_event_terms,
                brand_names=policy.switches.brand_names_sg,
                registered=self.clinic.gst_registered,
            ),
        )

    def _prefilled(self) -> dict[str, Any]:
        if self.offer is not None:
            terms = terms_of(self.offer)
            held = waiting.by_ref(self.clinic).get(self.offer.ref, ())
            return offer_terms.prefilled(waiting.kept(terms, terms, held))
        rule = market_policy(self.clinic.country).tax(today_in(self.clinic.country, utc_now()))
        taxed = rule is not None and not (rule.inclusive_required and self.clinic.gst_registered is False)
        return offer_terms.blank(rule.percent if rule is not None and taxed else None)

    def _options(self) -> list[SelectChoice]:
        """The catalogue in groups; what the market refuses only where the offer holds it already."""
        groups = {"product": _("Products"), "class": _("Kinds of products"), "device": _("Devices")}
        allowed: list[Treatment] = price_sheet.listable(self.clinic.country)[0]
        held = {part.treatment_id for part in self.offer.parts} if self.offer else set()
        missing = held - {row.id for row in allowed} - {None}
        allowed += [row for row in price_sheet.treatment_names().values() if row.id in missing]
        order = list(groups)
        allowed.sort(key=lambda row: (order.index(row.kind) if row.kind in order else len(order), row.id))
        return [
            *(
                SelectChoice(row.slug, localised(row, "name"), optgroup=groups.get(row.kind, _("Others")))
                for row in allowed
            ),
            SelectChoice(OTHER, _("Something else (in your own words)"), optgroup=_("Others")),
        ]


def _offer_page(page: _Page) -> Response | str | tuple[str, int]:
    form = page.form()
    if request.method != "POST":
        return page.render(form)
    if "add" in request.form:
        page.add_part(form)
        return page.render(form)
    event_terms = market_policy(page.clinic.country).prices.show_event_terms
    if not form.validate_offer(page.currency, event_terms=event_terms):
        return page.render(form), 422
    typed = offer_terms.typed(form, page.currency)
    ref = page.offer.ref if page.offer else None
    try:
        with unit_of_work():
            clinic = current_clinic()
            if ref is not None:
                _refuse_overtaken(form, terms_of(_offer(clinic, ref)))
            edited = editing.save_offer(clinic, ref, typed.terms, actor(), utc_now())
    except _Overtaken as other:
        form.seen.data = version(other.terms)
        return page.render(form, other=(other.terms, typed.terms)), 422
    except TextRefused as refusal:
        _show_texts(form, typed, refusal)
        return page.render(form), 422
    except OfferRefused as refusal:
        for number, rule in refusal.rules.items():
            row = form.parts[typed.part_rows[number]].form
            needs(row.treatment, False, rule_words(rule))
        form.collect_errors()
        return page.render(form), 422
    _announce(typed.terms.title, edited)
    return redirect(url_for("portal.prices", slug=page.clinic.slug), 303)


def _refuse_overtaken(form: OfferForm, now: OfferTerms) -> None:
    if form.seen.data != version(now):
        raise _Overtaken(now)


def _show_texts(form: OfferForm, typed: offer_terms.Typed, refusal: TextRefused) -> None:
    """Put the findings of the text rules beside the fields whose words they are about."""
    for name, findings in refusal.findings.items():
        rows, _dot, rest = name.partition(".")
        if rest:
            number, _dot, cell = rest.partition(".")
            row = (typed.part_rows if rows == "parts" else typed.fee_rows)[int(number)]
            row_form: Any = getattr(form, rows)[row].form
            field = row_form[cell]
        else:
            field = form[name]
        for finding in findings:
            needs(field, False, finding_words(finding))
    form.collect_errors()


def _announce(title: str, edited: Edited) -> None:
    flash(_("“%(title)s” is saved and confirmed as of today.", title=short(title)))
    tell(
        [
            _("Our staff read this before it is public: %(finding)s", finding=finding_words(finding))
            for finding in _each(edited.held)
        ]
    )
    tell(
        [
            _("Please look at this: %(finding)s", finding=finding_words(finding))
            for finding in _each(edited.warned)
        ]
    )


def _each(findings: Findings) -> list[Finding]:
    return [finding for found in findings.values() for finding in found]
