"""Patients without a browser: they open the real form over HTTP, take their time, and send it."""

import http.client
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from http.cookiejar import CookieJar
from itertools import count
from queue import Empty, Full, Queue
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener

from webapp.enquiries.forms import FASTEST

_TIMEOUT = 30.0
_FORM = "/enquiries/new"


class _FollowNothing(HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


class Refused(AssertionError):
    """The site did not take a form; the message holds what the page complains about."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for a form: `status` 0 where the connection was lost; `seconds` until it was there."""

    status: int
    location: str
    page: str
    seconds: float

    @property
    def is_taken(self) -> bool:
        return self.status == http.client.SEE_OTHER

    def __str__(self) -> str:
        found = re.findall(r'<a href="#[^"]*">([^<]*)</a>', self.page)[1:]
        return f"{self.status}: {[unescape(words) for words in found] or self.page[:500]}"


class Enquirer:
    """One patient's cookies and connections."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _FollowNothing())

    def open_form(self, clinics: Sequence[str]) -> "OpenForm":
        """The form for these clinics. Raises Refused when the site does not hand it out."""
        reply = self.ask(f"{self._base_url}{_FORM}?{urlencode([('clinic', slug) for slug in clinics])}")
        if reply.status != http.client.OK:
            raise Refused(str(reply))
        hidden = [
            (name, _value(tag, "value"))
            for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", reply.page)
            if (name := _value(tag, "name"))
        ]
        return OpenForm(
            self, self._base_url, tuple(clinics), hidden, time.monotonic() + FASTEST.total_seconds() + 0.1
        )

    def ask(self, url: str, fields: Sequence[tuple[str, str]] | None = None) -> Reply:
        """GET the page, or POST the fields to it."""
        body = None if fields is None else urlencode(fields).encode()
        request = Request(url, body, {"Accept": "text/html"})
        began = time.monotonic()
        location, page = "", b""
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as response:
                status, page = response.status, response.read()
        except HTTPError as refusal:
            status, page, location = refusal.code, refusal.read(), refusal.headers.get("Location", "")
        except (URLError, OSError, http.client.HTTPException):
            status = 0
        return Reply(status, location, page.decode("utf-8", "replace"), time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form as it was handed out: whose it is, for which clinics, its hidden fields, when it may be sent back."""

    enquirer: Enquirer
    base_url: str
    clinics: tuple[str, ...]
    fields: list[tuple[str, str]]
    ready_at: float

    def send(self, address: str, words: str = "A question", *, base_url: str = "") -> Reply:
        """Send it once it may be sent, under that e-mail address; to another web server's address if one is named."""
        time.sleep(max(0.0, self.ready_at - time.monotonic()))
        typed = [
            ("wants-0-treatment", "rejuran_healer"),
            ("wants-0-sessions", "3"),
            ("message", words),
            ("name", f"Patient {address.partition('@')[0]}"),
            ("email", address),
            ("consent_health", "y"),
            *((f"consent_{slug}", "y") for slug in self.clinics),
        ]
        return self.enquirer.ask((base_url or self.base_url) + _FORM, [*self.fields, *typed])


class Forms:
    """Open forms in store, so that nobody waits for the seconds that a form may not be sent in.

    Threads open them all the time, each for three clinics in turn, and while the site cannot hand one out they try
    again.
    """

    # Forms in store, who opens them, and how many forms one patient's cookies are used for.
    STORE, _OPENERS, _OF_ONE = 48, 2, 12

    def __init__(self, base_url: str, clinics: Sequence[str], each: int) -> None:
        self._base_url, self._clinics, self._each = base_url, clinics, each
        self._store: Queue[OpenForm] = Queue(self.STORE)
        self._over = threading.Event()
        self._numbers = count()
        self._threads = [
            threading.Thread(target=self._run, name=f"opener {number}", daemon=True)
            for number in range(self._OPENERS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def take(self) -> OpenForm:
        """The oldest. Raises Refused when there is none for a minute."""
        try:
            return self._store.get(timeout=60)
        except Empty:
            raise Refused("the site handed out no form for a minute") from None

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            enquirer = Enquirer(self._base_url)
            for _form in range(self._OF_ONE):
                first = next(self._numbers)
                chosen = [
                    self._clinics[(first + further) % len(self._clinics)] for further in range(self._each)
                ]
                try:
                    form = enquirer.open_form(chosen)
                except Refused:
                    self._over.wait(0.5)
                    continue
                self._put(form)

    def _put(self, form: OpenForm) -> None:
        while not self._over.is_set():
            try:
                self._store.put(form, timeout=0.2)
            except Full:
                continue
            return


@dataclass
class Posting:
    """So many forms sent by four patients at once at an even pace over `seconds` (0: as fast as they can).

    `take` gives the next form, `address` the e-mail address of each number. With `stubborn` a patient whose form was
    not taken sends the same form again until it is; without, that ends the run as Refused.
    """

    take: Callable[[], OpenForm]
    address: Callable[[int], str]
    forms: int
    seconds: float = 0.0
    stubborn: bool = False
    base_url: str = ""
    patients: int = 4
    # Seconds that each form took until it was taken, the last try alone; and what came back for those that were not.
    taken: list[float] = field(default_factory=list)
    refused: list[Reply] = field(default_factory=list)

    def run(self) -> None:
        """Raises Refused."""
        began = time.monotonic()
        numbers = iter(range(self.forms))
        lock = threading.Lock()

        def one_patient(_number: int) -> None:
            for number in _shared(numbers, lock):
                time.sleep(max(0.0, began + number * self.seconds / self.forms - time.monotonic()))
                self._send(self.take(), number)

        with ThreadPoolExecutor(self.patients) as pool:
            for _done in pool.map(one_patient, range(self.patients)):
                pass

    def _send(self, form: OpenForm, number: int) -> None:
        while True:
            reply = form.send(self.address(number), f"Question number {number}", base_url=self.base_url)
            if reply.is_taken:
                self.taken.append(reply.seconds)
                return
            self.refused.append(reply)
            if not self.stubborn:
                raise Refused(f"form {number}, {reply}")
            time.sleep(0.5)


def _shared(numbers: Iterator[int], lock: threading.Lock) -> Iterator[int]:
    """The next number that nobody else has had, until there is none."""
    while True:
        with lock:
            number = next(numbers, None)
        if number is None:
            return
        yield number


def _value(tag: str, attribute: str) -> str:
    found = re.search(rf'\b{attribute}="([^"]*)"', tag)
    return unescape(found.group(1)) if found else ""
