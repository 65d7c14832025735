"""Pages of the guide room: treatments with their sources, what the service says about itself, files for machines."""

from collections import defaultdict
from datetime import UTC
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request

from webapp.access import Audience, open_to
from webapp.clients import imap_mailbox
from webapp.enquiries import consent
from webapp.enquiries.services import erasing
from webapp.extensions import csrf, limiter
from webapp.fx import queries as exchange_rates
from webapp.guide import machine_files, queries, rules, treatment_page
from webapp.guide.labels import KINDS, LANGUAGE_NAMES, NAME_LANGUAGES
from webapp.guide.names import Entry, entries, is_public, local_names
from webapp.i18n import format_day, localised, utc_now
from webapp.moderation import authority_text
from webapp.outbox import queries as outbox
from webapp.settings import current_settings
from webapp.treatments import queries as treatments
from webapp.treatments.documents import listed
from webapp.treatments.models import Treatment

# With room for spaces and hyphens; nobody's number is longer.
_RECEIPT_LENGTH = 40

blueprint = Blueprint("guide", __name__, template_folder="templates")


@blueprint.get("/treatments", endpoint="treatments")
@open_to(Audience.ANYONE)
def treatment_list() -> str:
    by_kind: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries(treatments.everything()):
        by_kind[entry.kind].append(entry)
    groups = [(kind, label, by_kind[kind]) for kind, label in KINDS.items() if by_kind[kind]]
    return render_template("guide/treatments.html", groups=groups)


@blueprint.get("/treatments/<slug>")
@open_to(Audience.ANYONE)
def treatment(slug: str) -> str:
    row = treatments.by_slug(slug)
    if row is None:
        abort(404)
    brands = is_public(row)
    return render_template(
        "guide/treatment.html",
        slug=row.slug,
        name=next(entry.name for entry in entries(treatments.everything()) if entry.slug == slug),
        local_names=local_names(row),
        summary=localised(row, "summary"),
        other_names=_other_names(row) if brands else [],
        page=treatment_page.build(treatments.facts_of(row), row.slug, brands=brands),
    )


def _other_names(row: Treatment) -> list[tuple[str, str, list[str]]]:
    """(tag, the language's name, what people say in it), in the order of the page."""
    terms: dict[str, list[str]] = defaultdict(list)
    for tag, term in treatments.terms_of(row):
        terms[tag].append(term)
    return [(tag, str(LANGUAGE_NAMES[tag]), terms[tag]) for tag in NAME_LANGUAGES if terms[tag]]


@blueprint.get("/how-results-are-ordered")
@open_to(Audience.ANYONE)
def how_results_are_ordered() -> str:
    return render_template("guide/how_results_are_ordered.html")


@blueprint.get("/about/data")
@open_to(Audience.ANYONE)
def about_data() -> str:
    rates = exchange_rates.published()
    return render_template(
        "guide/about_data.html",
        sources=listed(treatments.sources()),
        rates=rates,
        rates_are_old=any(rate.is_stale(utc_now().date()) for rate in rates),
    )


@blueprint.get("/privacy")
@open_to(Audience.ANYONE)
def privacy() -> str:
    return _privacy()


@blueprint.post("/privacy/receipt")
@csrf.exempt  # it changes nothing: POST only keeps the number out of addresses and logs
@limiter.limit(lambda: current_settings().quote_limit_per_address)
@open_to(Audience.ANYONE)
def check_receipt() -> str:
    """What the receipt of an erasure stands for, on the page about privacy."""
    number = request.form.get("number", "")[:_RECEIPT_LENGTH]
    receipt = erasing.find_receipt(number)
    # Of no market: a receipt does not say where its clinics were. The page names the zone.
    day = format_day(receipt.erased_at.astimezone(UTC).date()) if receipt else ""
    return _privacy(receipt_asked=True, receipt=receipt, erased_on=day)


def _privacy(**receipt: Any) -> str:
    return render_template(
        "guide/privacy.html",
        retention=consent.retention(),
        unreadable_days=imap_mailbox.UNREADABLE_DAYS,
        **receipt,
    )


@blueprint.get("/for-clinics")
@open_to(Audience.ANYONE)
def for_clinics() -> str:
    return render_template(
        "guide/for_clinics.html",
        market_rules=rules.market_rules(),
        switches=rules.switches(),
        paragraphs=authority_text.paragraphs(),
        version=authority_text.VERSION,
    )


@blueprint.get("/healthz")
@open_to(Audience.ANYONE)
def healthz() -> Response:
    """The process answers; nothing else is asked, so that a slow database does not get the web restarted."""
    return _fresh(jsonify(alive=True))


@blueprint.get("/readyz")
@open_to(Audience.ANYONE)
def readyz() -> Response:
    """Ready while no mail is overdue: also before the first worker is up (contract)."""
    progress = outbox.progress()
    response = jsonify(
        ready=progress.is_ready,
        oldest_due_seconds=progress.oldest_due_seconds,
        overdue_after_seconds=outbox.OVERDUE_AFTER,
        held_back=progress.held_back,
        mails=outbox.counts_by_state(),
    )
    response.status_code = 200 if progress.is_ready else 503
    return _fresh(response)


@blueprint.get("/metrics")
@open_to(Audience.ANYONE)
def metrics() -> Response:
    """Figures for whoever watches over the service, on this machine only: to others there is no such page."""
    try:
        asked_here = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        asked_here = False
    if not asked_here:
        abort(404)
    return _fresh(Response(outbox.metrics(), content_type="text/plain; version=0.0.4; charset=utf-8"))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/sitemap.xml")
@open_to(Audience.ANYONE)
def sitemap() -> Response:
    rows = machine_files.sitemap_rows(
        current_settings().base_url,
        [row.slug for row in treatments.everything()],
        queries.clinics_for_search_engines(machine_files.MAX_CLINICS_IN_SITEMAP),
    )
    return Response(render_template("guide/sitemap.xml", rows=rows), mimetype="application/xml")


@blueprint.get("/robots.txt")
@open_to(Audience.ANYONE)
def robots() -> Response:
    return Response(machine_files.robots_txt(current_settings().base_url), mimetype="text/plain")


@blueprint.get("/.well-known/security.txt")
@open_to(Audience.ANYONE)
def security() -> Response:
    text = machine_files.security_txt(current_settings(), utc_now())
    if text is None:
        abort(404)
    return Response(text, mimetype="text/plain")
