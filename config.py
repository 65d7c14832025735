"""Every setting of the service, read once from the environment, typed and checked before anything starts.

Imports nothing of ours, so that a tool can read the settings without loading the application.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ROOT = Path(__file__).resolve().parent
LOCAL_HOSTS = frozenset({"localhost"})
MIN_SECRET_LENGTH = 32
_SHORTEST_SIGNING_KEY = 2048
_MAIL_HEADERS = frozenset(
    {
        "from", "to", "cc", "bcc", "sender", "reply-to", "return-path", "subject", "date", "message-id", "in-reply-to",
        "references", "received", "mime-version", "auto-submitted", "dkim-signature",
    }
)  # fmt: skip
ECB_DAILY = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"


class SettingsError(ValueError):
    """One or more settings cannot be used; the message names each and says what is wanted."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings as the application uses them. Built by `from_environment`, never by hand outside tests."""

    base_url: str
    instance_dir: Path
    database_url: str
    redis_url: str
    mail_url: str
    mail_from: str
    secret_key: str = field(repr=False)
    field_keys: tuple[str, ...] = field(repr=False)
    # 64 hex digits: the key of the hashes by which addresses are found; empty: it follows from the secret key.
    hash_key: str = field(default="", repr=False)
    # The private key (PEM) that signs our mail, and the selector under which its public half is published (RFC 6376).
    dkim_key: str = field(default="", repr=False)
    dkim_selector: str = ""
    # A header that repeats the Message-ID for relays that drop a mail they have had; empty: none.
    mail_idempotency_header: str = ""
    # Where bounces and replies come in: a mailbox that is read, a token for whoever posts them, and the address
    # with {token} in it that each mail carries ("reply+{token}@in.example.org"); empty: nobody listens.
    inbound_address: str = ""
    inbound_mail_url: str = field(default="", repr=False)
    inbound_hook_token: str = field(default="", repr=False)
    # Map tiles: none by default, the map then draws our own stations and points on a plain ground.
    tiles_url: str = ""
    tiles_attribution: str = ""
    # Where the law is unsettled the operator decides; the words are explained on /for-clinics.
    unclaimed_sg: str = "strict"
    unclaimed_kr: str = "strict"
    brand_names_sg: bool = False
    cross_clinic_prices_sg: str = "authorised"
    foreign_enquiries_kr: bool = False
    operator_registration_kr: str = ""
    distance_order: bool = True
    # Ages in days after which a fact counts as unconfirmed (domain: Korean menus change monthly).
    price_age_days: int = 45
    listing_age_days: int = 180
    # Days after the oldest confirmation at which the clinic is asked by mail, and how much later once more.
    price_reminder_days: int = 25
    listing_reminder_days: int = 160
    reminder_again_days: int = 15
    # Limits in the notation of Flask-Limiter; a test or a fault run raises them.
    enquiry_limit_per_address: str = "5 per hour"
    quote_limit_per_address: str = "60 per hour"
    claim_limit_per_address: str = "5 per hour"
    # Links to sign in and codes of second factors, per network address and per account.
    sign_in_limit_per_address: str = "10 per 5 minutes"
    # How long a mailed link to sign in works.
    sign_in_minutes: int = 10
    # How long somebody who claims a listing has for proving it.
    claim_days: int = 14
    # Enquiries that one e-mail address may send, and that one clinic gets in a day where it sets no number itself.
    enquiry_limit_per_email: str = "10 per day"
    enquiries_per_clinic_per_day: int = 50
    # Retention in days: nobody answered; nobody did anything with it any more; whatever happens.
    retention_unanswered_days: int = 30
    retention_quiet_days: int = 90
    retention_longest_days: int = 365
    # How long the link in a clinic's mail answers.
    quote_link_days: int = 14
    # How long before a quote ends its patient is reminded.
    quote_reminder_days: int = 3
    trusted_proxies: int = 0
    # Clinics' feeds and pages are asked on these days of the month, and when the last time is so long ago.
    refresh_days: tuple[int, ...] = (1, 2, 3)
    refresh_every_days: int = 30
    # How many of them at a time, over all workers: mail must not wait behind slow sites.
    refresh_at_once: int = 1
    # Per cent that a price may move by itself, where the clinic allows it.
    auto_accept_percent: int = 20
    # Ports beside 80 and 443; and addresses that are not public, for development only ("127.0.0.1:9000").
    fetch_ports: tuple[int, ...] = ()
    fetch_also: tuple[tuple[str, int], ...] = ()
    # Where clinics and readers write to; shown on the pages that tell them to.
    contact_email: str = ""
    security_contact: str = ""

    # Online geocoders; one without its key or address is never asked. The addresses are settings for tests and
    # for an operator's own Nominatim.
    onemap_email: str = ""
    onemap_password: str = field(default="", repr=False)
    onemap_url: str = "https://www.onemap.gov.sg"
    juso_search_key: str = field(default="", repr=False)
    juso_coordinate_key: str = field(default="", repr=False)
    juso_url: str = "https://business.juso.go.kr"
    nominatim_url: str = ""
    # Requests to each of them on one day (UTC).
    geocoding_per_day: int = 1000
    # The European Central Bank's daily file; empty: never asked.
    fx_rates_url: str = ""

    @property
    def is_development(self) -> bool:
        """True where BASE_URL is unset or loopback: keys are generated and sample clinics may be served."""
        return _is_local(self.base_url)

    @property
    def uses_https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def gazetteer_path(self) -> Path:
        return self.instance_dir / "gazetteer.sqlite3"


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read and check every setting.

    `environ` is `os.environ` or a dictionary of the same shape. In development (BASE_URL unset or loopback) a
    missing SECRET_KEY and FIELD_KEYS are generated once into the instance folder.
    Raises SettingsError naming every setting that cannot be used.
    """
    problems: list[str] = []
    port = _whole(environ, "PORT", 8000, problems)
    base_url = environ.get("BASE_URL", "").rstrip("/") or f"http://127.0.0.1:{port}"
    if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).hostname:
        problems.append("BASE_URL must look like https://example.org")
    development = _is_local(base_url)
    instance_dir = Path(environ.get("INSTANCE_DIR", "") or ROOT / "instance").resolve()
    instance_dir.mkdir(parents=True, exist_ok=True)

    secret_key = environ.get("SECRET_KEY", "")
    field_keys = tuple(key.strip() for key in environ.get("FIELD_KEYS", "").split(",") if key.strip())
    if development:
        secret_key = secret_key or _kept(instance_dir / "secret_key", lambda: secrets.token_urlsafe(48))
        field_keys = field_keys or (
            _kept(instance_dir / "field_keys", lambda: Fernet.generate_key().decode()),
        )
    elif len(secret_key) < MIN_SECRET_LENGTH:
        problems.append(f"SECRET_KEY must be set to at least {MIN_SECRET_LENGTH} random characters")
    if not field_keys:
        problems.append("FIELD_KEYS must hold at least one Fernet key (newest first, separated by commas)")
    for number, key in enumerate(field_keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            problems.append(f"FIELD_KEYS: key {number} is not a Fernet key (32 bytes, url-safe base64)")

    mail_url = environ.get("MAIL_URL", "") or (f"maildir://{instance_dir / 'mailbox'}" if development else "")
    if urlsplit(mail_url).scheme not in {"smtp", "smtps", "maildir"}:
        problems.append("MAIL_URL must look like smtp://user:password@host:587?starttls=1")
    elif urlsplit(mail_url).scheme == "maildir" and not development:
        problems.append("MAIL_URL must name an SMTP server outside development")
    host = urlsplit(base_url).hostname or "localhost"

    settings = Settings(
        base_url=base_url,
        instance_dir=instance_dir,
        database_url=_database_url(environ.get("DATABASE_URL", ""), instance_dir),
        redis_url=environ.get("REDIS_URL", ""),
        mail_url=mail_url,
        mail_from=environ.get("MAIL_FROM", "")
        or f"Like for Like <no-reply@{'likeforlike.example' if development else host}>",
        secret_key=secret_key,
        field_keys=field_keys,
        hash_key=_hex(environ, "HASH_KEY", problems),
        tiles_url=environ.get("TILES_URL", ""),
        tiles_attribution=environ.get("TILES_ATTRIBUTION", ""),
        unclaimed_sg=_choice(environ, "UNCLAIMED_SG", ("strict", "sourced"), development, problems),
        unclaimed_kr=_choice(environ, "UNCLAIMED_KR", ("strict", "sourced"), development, problems),
        brand_names_sg=_switch(environ, "BRAND_NAMES_SG", development, problems),
        cross_clinic_prices_sg=_choice(
            environ, "CROSS_CLINIC_PRICES_SG", ("authorised", "on"), development, problems
        ),
        foreign_enquiries_kr=_switch(environ, "FOREIGN_ENQUIRIES_KR", development, problems),
        operator_registration_kr=environ.get("OPERATOR_REGISTRATION_KR", ""),
        distance_order=_switch(environ, "DISTANCE_ORDER", True, problems),
        price_age_days=_whole(environ, "PRICE_AGE_DAYS", 45, problems),
        listing_age_days=_whole(environ, "LISTING_AGE_DAYS", 180, problems),
        price_reminder_days=_whole(environ, "PRICE_REMINDER_DAYS", 25, problems),
        listing_reminder_days=_whole(environ, "LISTING_REMINDER_DAYS", 160, problems),
        reminder_again_days=_whole(environ, "REMINDER_AGAIN_DAYS", 15, problems),
        enquiry_limit_per_address=environ.get("ENQUIRY_LIMIT_PER_ADDRESS", "") or "5 per hour",
        quote_limit_per_address=environ.get("QUOTE_LIMIT_PER_ADDRESS", "") or "60 per hour",
        claim_limit_per_address=environ.get("CLAIM_LIMIT_PER_ADDRESS", "") or "5 per hour",
        sign_in_limit_per_address=environ.get("SIGN_IN_LIMIT_PER_ADDRESS", "") or "10 per 5 minutes",
        sign_in_minutes=_whole(environ, "SIGN_IN_MINUTES", 10, problems),
        claim_days=_whole(environ, "CLAIM_DAYS", 14, problems),
        enquiry_limit_per_email=environ.get("ENQUIRY_LIMIT_PER_EMAIL", "") or "10 per day",
        enquiries_per_clinic_per_day=_whole(environ, "ENQUIRIES_PER_CLINIC_PER_DAY", 50, problems),
        retention_unanswered_days=_whole(environ, "RETENTION_UNANSWERED_DAYS", 30, problems),
        retention_quiet_days=_whole(environ, "RETENTION_QUIET_DAYS", 90, problems),
        retention_longest_days=_whole(environ, "RETENTION_LONGEST_DAYS", 365, problems),
        quote_reminder_days=_whole(environ, "QUOTE_REMINDER_DAYS", 3, problems),
        dkim_key=_file(environ, "DKIM_KEY_FILE", problems),
        dkim_selector=environ.get("DKIM_SELECTOR", ""),
        mail_idempotency_header=_header(environ, "MAIL_IDEMPOTENCY_HEADER", problems),
        inbound_address=_reply_address(environ, problems),
        inbound_mail_url=environ.get("INBOUND_MAIL_URL", ""),
        inbound_hook_token=environ.get("INBOUND_HOOK_TOKEN", ""),
        quote_link_days=_whole(environ, "QUOTE_LINK_DAYS", 14, problems),
        trusted_proxies=_whole(environ, "TRUSTED_PROXIES", 0, problems, least=0),
        refresh_days=_numbers(environ, "REFRESH_DAYS", (1, 2, 3), 31, problems),
        refresh_every_days=_whole(environ, "REFRESH_EVERY_DAYS", 30, problems),
        refresh_at_once=_whole(environ, "REFRESH_AT_ONCE", 1, problems),
        auto_accept_percent=_whole(environ, "AUTO_ACCEPT_PERCENT", 20, problems, least=0),
        fetch_ports=_numbers(environ, "FETCH_PORTS", (), 65535, problems),
        fetch_also=_endpoints(environ, "FETCH_ALSO", development, problems),
        contact_email=environ.get("CONTACT_EMAIL", "")
        or ("operator@likeforlike.example" if development else ""),
        security_contact=environ.get("SECURITY_CONTACT", ""),
        onemap_email=environ.get("ONEMAP_EMAIL", ""),
        onemap_password=environ.get("ONEMAP_PASSWORD", ""),
        onemap_url=_url(environ, "ONEMAP_URL", "https://www.onemap.gov.sg", problems),
        juso_search_key=environ.get("JUSO_SEARCH_KEY", ""),
        juso_coordinate_key=environ.get("JUSO_COORDINATE_KEY", ""),
        juso_url=_url(environ, "JUSO_URL", "https://business.juso.go.kr", problems),
        nominatim_url=_url(environ, "NOMINATIM_URL", "", problems),
        geocoding_per_day=_whole(environ, "GEOCODING_PER_DAY", 1000, problems),
        # Unset and empty differ here: a fresh `make run` asks nobody, and an operator can say "never" too.
        fx_rates_url=_url(
            environ, "FX_RATES_URL", "" if development or "FX_RATES_URL" in environ else ECB_DAILY, problems
        ),
    )
    if settings.foreign_enquiries_kr and not development and not settings.operator_registration_kr:
        problems.append(
            "FOREIGN_ENQUIRIES_KR needs OPERATOR_REGISTRATION_KR, the operator's registration number"
        )
    if bool(settings.dkim_key) != bool(settings.dkim_selector):
        problems.append("DKIM_KEY_FILE and DKIM_SELECTOR go together")
    if problem := _signing_problem(settings):
        problems.append(problem)
    if settings.inbound_mail_url and urlsplit(settings.inbound_mail_url).scheme not in {"imap", "imaps"}:
        problems.append("INBOUND_MAIL_URL must look like imaps://user:password@host/INBOX")
    if settings.inbound_hook_token and len(settings.inbound_hook_token) < MIN_SECRET_LENGTH:
        problems.append(f"INBOUND_HOOK_TOKEN must be at least {MIN_SECRET_LENGTH} random characters")
    if settings.inbound_address and not (settings.inbound_mail_url or settings.inbound_hook_token):
        problems.append(
            "INBOUND_ADDRESS needs INBOUND_MAIL_URL or INBOUND_HOOK_TOKEN: nobody would hear replies"
        )
    if problems:
        raise SettingsError("; ".join(problems))
    return settings


def _is_local(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    if host in LOCAL_HOSTS:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _database_url(value: str, instance_dir: Path) -> str:
    """Name the driver we ship: psycopg 3 also answers to the common spellings of a PostgreSQL address."""
    for spelling in ("postgres://", "postgresql://"):
        if value.startswith(spelling):
            return "postgresql+psycopg://" + value.removeprefix(spelling)
    return value or f"sqlite:///{instance_dir / 'likeforlike.sqlite3'}"


def _kept(path: Path, make: Callable[[], str]) -> str:
    """The secret in `path`; made on first use. Two processes that start together end with the same one."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:
            path.hardlink_to(draft)  # atomic, and fails when another process was first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _whole(environ: Mapping[str, str], name: str, default: int, problems: list[str], least: int = 1) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < least:
        problems.append(f"{name} must be a whole number of at least {least}")
        return default
    return int(text)


def _numbers(
    environ: Mapping[str, str], name: str, default: tuple[int, ...], most: int, problems: list[str]
) -> tuple[int, ...]:
    """Whole numbers from 1 to `most`, separated by commas."""
    words = [word.strip() for word in environ.get(name, "").split(",") if word.strip()]
    if not words:
        return default
    # The length is looked at before int(), which is slow for thousands of digits.
    if not all(
        word.isascii() and word.isdigit() and len(word) < 6 and 1 <= int(word) <= most for word in words
    ):
        problems.append(f"{name} must be whole numbers from 1 to {most}, separated by commas")
        return default
    return tuple(sorted({int(word) for word in words}))


def _endpoints(
    environ: Mapping[str, str], name: str, development: bool, problems: list[str]
) -> tuple[tuple[str, int], ...]:
    """Addresses with their ports, "127.0.0.1:9000,[::1]:9000". They open the inside, so only a development machine
    may have any.
    """
    found: list[tuple[str, int]] = []
    for word in filter(None, (word.strip() for word in environ.get(name, "").split(","))):
        host, _colon, port = word.rpartition(":")
        try:
            found.append((str(ip_address(host.strip("[]"))), int(port)))
        except ValueError:
            problems.append(f"{name} must be addresses with ports, such as 127.0.0.1:9000")
    if found and not development:
        problems.append(f"{name} is for development only: it would let clinics' addresses lead inside")
    return tuple(found)


def _url(environ: Mapping[str, str], name: str, default: str, problems: list[str]) -> str:
    value = environ.get(name, "").rstrip("/") or default
    if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
        problems.append(f"{name} must look like https://example.org")
    return value


def _file(environ: Mapping[str, str], name: str, problems: list[str]) -> str:
    """The text of the file that the setting names; empty where it names none."""
    path = environ.get(name, "")
    try:
        return Path(path).read_text(encoding="ascii") if path else ""
    except (OSError, ValueError):
        problems.append(f"{name} names a file that cannot be read")
        return ""


def _header(environ: Mapping[str, str], name: str, problems: list[str]) -> str:
    value = environ.get(name, "")
    # One of a mail's own headers would stand there twice, or say something else.
    taken = value.lower() in _MAIL_HEADERS or value.lower().startswith(("content-", "list-", "resent-"))
    if value and (taken or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", value)):
        problems.append(f"{name} must be the name of a header of the relay's own, such as X-Idempotency-Key")
        return ""
    return value


def _signing_problem(settings: Settings) -> str | None:
    """Why mail cannot be signed with DKIM_KEY_FILE; None where it can, or where no key is set."""
    if not settings.dkim_key:
        return None
    if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", settings.dkim_selector):
        return "DKIM_SELECTOR must be a name below _domainkey, such as mail2026"
    if not re.fullmatch(r"[^@\s]+@[A-Za-z0-9.-]+", parseaddr(settings.mail_from)[1]):
        return "MAIL_FROM must hold an address whose domain can sign (DKIM_KEY_FILE)"
    try:
        key = load_pem_private_key(settings.dkim_key.encode("ascii"), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "DKIM_KEY_FILE must hold a private key in PEM without a password"
    # RFC 8301 asks for that length. Ed25519 (RFC 8463) is not understood by every reader yet, and RSA is.
    if not isinstance(key, RSAPrivateKey) or key.key_size < _SHORTEST_SIGNING_KEY:
        return f"DKIM_KEY_FILE must hold an RSA key of at least {_SHORTEST_SIGNING_KEY} bits"
    return None


def _hex(environ: Mapping[str, str], name: str, problems: list[str]) -> str:
    value = environ.get(name, "")
    if value and not re.fullmatch(r"[0-9a-f]{64}", value):
        problems.append(f"{name} must be 64 hexadecimal digits, as `flask keys hash-key` prints them")
    return value


def _reply_address(environ: Mapping[str, str], problems: list[str]) -> str:
    value = environ.get("INBOUND_ADDRESS", "")
    if value and not re.fullmatch(r"[A-Za-z0-9._-]+\+\{token\}@[A-Za-z0-9.-]+", value):
        problems.append("INBOUND_ADDRESS must look like reply+{token}@in.example.org")
    return value


def _choice(
    environ: Mapping[str, str], name: str, words: tuple[str, str], development: bool, problems: list[str]
) -> str:
    """`words` are (the safe value, the development value)."""
    value = environ.get(name, "") or words[1 if development else 0]
    if value not in words:
        problems.append(f"{name} must be one of: {', '.join(words)}")
    return value


def _switch(environ: Mapping[str, str], name: str, default: bool, problems: list[str]) -> bool:
    value = environ.get(name, "").lower()
    if value not in {"", "on", "off"}:
        problems.append(f"{name} must be on or off")
    return default if value not in {"on", "off"} else value == "on"
