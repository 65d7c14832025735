"""Geocoding providers on loopback that answer as documented, or as a test wants them to fail."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """What the server sends. `pieces` of the body may come slowly, `pause` seconds before each."""

    body: Any = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    pause: float = 0.0
    piece: int = 0

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Question:
    """What arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class ProviderServer:
    """A provider: `answer` says what it sends to a question, and every question is kept."""

    url: str = ""
    answer: Callable[[Question], Answer] = lambda question: Answer(status=404)
    asked: list[Question] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [question.path for question in self.asked]


@contextlib.contextmanager
def provider_server() -> Iterator[ProviderServer]:
    """A real HTTP server in a thread."""
    provider = ProviderServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET", None)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            self._answer("POST", json.loads(self.rfile.read(length) or b"null"))

        def _answer(self, method: str, body: Any) -> None:
            parts = urlsplit(self.path)
            query = {
                name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()
            }
            headers = {name.lower(): value for name, value in self.headers.items()}
            question = Question(method, parts.path, query, headers, body)
            provider.asked.append(question)
            answer = provider.answer(question)
            with contextlib.suppress(OSError):
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.data)))
                self.end_headers()
                step = answer.piece or len(answer.data) or 1
                for start in range(0, len(answer.data), step):
                    time.sleep(answer.pause)
                    self.wfile.write(answer.data[start : start + step])
                    self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def onemap(
    *rows: dict[str, str], token: str = "a token", valid: Callable[[str], bool] | None = None
) -> Callable[[Question], Answer]:
    """OneMap with these search results; `valid` says which tokens it still takes."""

    def answer(question: Question) -> Answer:
        if question.path == "/api/auth/post/getToken":
            if question.body != {"email": "us@example.org", "password": "secret"}:
                return Answer({"error": "unauthorized"}, 401)
            return Answer({"access_token": token, "expiry_timestamp": "1800000000"})
        if question.path != "/api/common/elastic/search":
            return Answer(status=404)
        given = question.headers.get("authorization", "")
        if not (valid(given) if valid else given == token):
            return Answer({"error": "token expired"}, 401)
        return Answer({"found": len(rows), "totalNumPages": 1, "pageNum": 1, "results": list(rows)})

    return answer


def onemap_row(lat: float, lng: float, **more: str) -> dict[str, str]:
    """A search result as OneMap writes it: everything a string, NIL for nothing."""
    return {
        "SEARCHVAL": "ONE RAFFLES PLACE", "BLK_NO": "1", "ROAD_NAME": "RAFFLES PLACE", "BUILDING": "NIL",
        "ADDRESS": "1 RAFFLES PLACE SINGAPORE 048616", "POSTAL": "048616", "X": "29953.1", "Y": "29763.2",
        "LATITUDE": str(lat), "LONGITUDE": str(lng),
    } | more  # fmt: skip


def juso(
    east: float, north: float, *, code: str = "0", found: bool = True, **more: str
) -> Callable[[Question], Answer]:
    """juso with one address and its entrance at a point of EPSG:5179, or with an error code."""
    row = {
        "roadAddr": "서울특별시 강남구 테헤란로 152 (역삼동)", "zipNo": "06236", "admCd": "1168010100",
        "rnMgtSn": "116803122010", "udrtYn": "0", "buldMnnm": "152", "buldSlno": "0", "siNm": "서울특별시",
        "sggNm": "강남구", "bdNm": "강남파이낸스센터",
    } | more  # fmt: skip

    def answer(question: Question) -> Answer:
        common = {"errorCode": code, "errorMessage": "", "totalCount": "1" if found else "0"}
        if question.path == "/addrlink/addrLinkApi.do":
            if question.query.get("confmKey") != "search key":
                return Answer({"results": {"common": common | {"errorCode": "E0001"}, "juso": None}})
            return Answer({"results": {"common": common, "juso": [row] if found else []}})
        if question.path == "/addrlink/addrCoordApi.do" and question.query.get("confmKey") == "point key":
            point = {"entX": str(east), "entY": str(north), "admCd": row["admCd"]}
            return Answer({"results": {"common": common, "juso": [point]}})
        return Answer(status=404)

    return answer


def nominatim(lat: float, lng: float, **more: Any) -> Callable[[Question], Answer]:
    """Nominatim with one place."""
    place = {
        "lat": str(lat), "lon": str(lng), "display_name": "1 Raffles Place, Singapore", "addresstype": "building",
        "address": {"house_number": "1", "postcode": "048616"},
    }  # fmt: skip
    return lambda question: Answer([place | more]) if question.path == "/search" else Answer(status=404)
