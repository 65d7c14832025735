"""Browsers without a person: they post the real forms of a running site over HTTP."""

import re
from html import unescape
from http.cookiejar import CookieJar
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener


class _FollowNothing(HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


class Answer(NamedTuple):
    """What the site said; `location` of a redirect, else empty."""

    status: int
    text: str
    location: str


class Visitor:
    """One browser's cookies and connections."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _FollowNothing())
        self._csrf = ""

    def get(self, path: str) -> Answer:
        answer = self._ask(Request(self._base_url + path))
        self._csrf = dict(hidden(answer.text)).get("csrf_token", self._csrf)
        return answer

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        """The form's fields, with the token that every form of this browser carries since it opened one."""
        sent = [*fields, ("csrf_token", self._csrf)]
        return self._ask(Request(self._base_url + path, urlencode(sent).encode(), {"Accept": "text/html"}))

    def hand_over(self, path: str, mail: bytes, token: str) -> Answer:
        """As a mail service does that received a mail for the site."""
        headers = {"Content-Type": "message/rfc822", "Authorization": f"Bearer {token}"}
        return self._ask(Request(self._base_url + path, mail, headers))

    def _ask(self, request: Request) -> Answer:
        try:
            with self._opener.open(request, timeout=60) as response:
                return Answer(response.status, response.read().decode("utf-8", "replace"), "")
        except HTTPError as answer:
            text = answer.read().decode("utf-8", "replace")
            return Answer(answer.code, text, answer.headers.get("Location", ""))


def hidden(page: str) -> list[tuple[str, str]]:
    """The hidden fields of a page."""
    tags = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    return [(name, _value(tag, "value")) for tag in tags if (name := _value(tag, "name"))]


def _value(tag: str, attribute: str) -> str:
    found = re.search(rf'\b{attribute}="([^"]*)"', tag)
    return unescape(found.group(1)) if found else ""
