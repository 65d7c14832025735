"""Patients without a browser: they open the real form over HTTP, take their time, and send it."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener

from webapp.enquiries.forms import FASTEST

_PATIENTS = 4


class _FollowNothing(HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


class Refused(AssertionError):
    """The site did not take a form; the message holds what the page complains about."""


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form as it was handed out: where it goes, its hidden fields, and when it may be sent back."""

    fields: list[tuple[str, str]]
    ready_at: float


class Enquirer:
    """One patient's cookies and connections."""

    def __init__(self, base_url: str, clinics: list[str]) -> None:
        self._base_url = base_url
        self._clinics = clinics
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _FollowNothing())

    def open_form(self) -> OpenForm:
        query = urlencode([("clinic", slug) for slug in self._clinics])
        with self._opener.open(f"{self._base_url}/enquiries/new?{query}", timeout=30) as response:
            page = response.read().decode()
        hidden = [
            (name, _value(tag, "value"))
            for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
            if (name := _value(tag, "name"))
        ]
        return OpenForm(hidden, time.monotonic() + FASTEST.total_seconds() + 0.1)

    def send(self, form: OpenForm, number: int) -> float:
        """Send the form once it may be sent. Seconds until the answer; raises Refused when it is not taken."""
        time.sleep(max(0.0, form.ready_at - time.monotonic()))
        fields = [
            *form.fields,
            ("treatment", "rejuran_healer"),
            ("sessions", "3"),
            ("message", f"Question number {number}"),
            ("name", f"Patient {number}"),
            ("email", f"patient{number}@mail.example"),
            ("consent_health", "y"),
            *((f"consent_{slug}", "y") for slug in self._clinics),
        ]
        request = Request(
            f"{self._base_url}/enquiries/new", urlencode(fields).encode(), {"Accept": "text/html"}
        )
        began = time.monotonic()
        try:
            with self._opener.open(request, timeout=30) as response:
                status, page = response.status, response.read()
        except HTTPError as refusal:
            status, page = refusal.code, refusal.read()
        took = time.monotonic() - began
        if status != 303:
            raise Refused(f"form {number}, {status}: {_complaints(page.decode('utf-8', 'replace'))}")
        return took


Share = tuple[Enquirer, list[OpenForm]]


def open_forms(base_url: str, clinics: list[str], forms: int) -> list[Share]:
    """So many forms, opened by four patients at once; a patient's forms stay with her cookies."""

    def open_share(_patient: int) -> Share:
        enquirer = Enquirer(base_url, clinics)
        return enquirer, [enquirer.open_form() for _form in range(forms // _PATIENTS)]

    with ThreadPoolExecutor(_PATIENTS) as pool:
        return list(pool.map(open_share, range(_PATIENTS)))


def send_forms(shares: list[Share], sent: list[float], seconds: float) -> None:
    """Send them all at an even pace over `seconds`; `sent` grows by the seconds that each took. Raises Refused."""
    began = time.monotonic()

    def send_share(share: int) -> None:
        enquirer, forms = shares[share]
        for number, form in enumerate(forms):
            time.sleep(max(0.0, began + number * seconds / len(forms) - time.monotonic()))
            sent.append(enquirer.send(form, number * len(shares) + share))

    with ThreadPoolExecutor(len(shares)) as pool:
        for _done in pool.map(send_share, range(len(shares))):
            pass


def _complaints(page: str) -> list[str]:
    """The links of the error summary, else the start of the page."""
    return [unescape(words) for words in re.findall(r'<a href="#[^"]*">([^<]*)</a>', page)][1:] or [
        page[:500]
    ]


def _value(tag: str, attribute: str) -> str:
    found = re.search(rf'\b{attribute}="([^"]*)"', tag)
    return unescape(found.group(1)) if found else ""
