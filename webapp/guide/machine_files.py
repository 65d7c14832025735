"""What machines look for at fixed addresses: the sitemap's rows, robots.txt, security.txt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from config import Settings
from webapp.i18n import LANGUAGES, language_prefix

# A sitemap holds 50,000 addresses (sitemaps.org); each page stands in it once per language.
MAX_CLINICS_IN_SITEMAP = 16_000
# RFC 9116 asks for less than a year, so that a forgotten file is noticed.
SECURITY_TXT_LIFETIME = timedelta(days=180)
# What stands behind a link that somebody was sent, and what is being written.
CLOSED_TO_ROBOTS = ("/e/", "/q/", "/c/", "/u/", "/enquiries", "/never-list", "/sent/", "/mailbox")
OPEN_PAGES = (
    "/", "/clinics", "/treatments", "/compare", "/plan", "/how-results-are-ordered", "/for-clinics", "/about/data",
    "/privacy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SitemapRow:
    """One address; `alternates` are (BCP 47 tag, address) of the same page in every language, itself included."""

    address: str
    changed_on: date | None
    alternates: Sequence[tuple[str, str]]


def sitemap_rows(
    base_url: str, treatment_slugs: Sequence[str], clinics: Sequence[tuple[str, datetime]]
) -> list[SitemapRow]:
    """Every public page in every language."""
    pages: list[tuple[str, date | None]] = [(path, None) for path in OPEN_PAGES]
    pages += [(f"/treatments/{quote(slug)}", None) for slug in treatment_slugs]
    pages += [(f"/clinics/{quote(slug)}", changed.date()) for slug, changed in clinics]
    rows = []
    for path, changed_on in pages:
        alternates = [
            (tag, f"{base_url}{language_prefix(code)}{path}") for code, (tag, _name) in LANGUAGES.items()
        ]
        rows += [SitemapRow(address, changed_on, alternates) for _tag, address in alternates]
    return rows


def robots_txt(base_url: str) -> str:
    """Closed in every language; the rest is open."""
    closed = [f"{language_prefix(code)}{path}" for code in LANGUAGES for path in CLOSED_TO_ROBOTS]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        f"Sitemap: {base_url}/sitemap.xml",
    ]
    return "\n".join(lines) + "\n"


def security_txt(settings: Settings, now: datetime) -> str | None:
    """RFC 9116; `now` is aware. None outside development without a contact."""
    contact = settings.security_contact
    if not contact:
        if not settings.is_development:
            return None
        contact = "security@likeforlike.example"
    if "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    expires = (now + SECURITY_TXT_LIFETIME).astimezone(UTC).replace(microsecond=0)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en, zh, ko",
        f"Canonical: {settings.base_url}/.well-known/security.txt",
    ]
    return "\n".join(lines) + "\n"
