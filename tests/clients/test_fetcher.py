"""The fetcher against real servers on loopback: good ones, and every way of being bad that we know of.

Only the address rule is told that these very endpoints may be reached; everything else runs as it does for real.
"""

import contextlib
import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.clients import hostile_http
from tests.clients.hostile_http import Asked, Reply, Site, counting_listener, raw_server, web_site
from tests.clients.smtp_servers import self_signed
from webapp.clients import fetcher
from webapp.clients.fetcher import AddressPolicy, Fetched, FetchError, FetchLimits, NotModified, fetch

pytestmark = pytest.mark.once

LOOPBACK = ip_address("127.0.0.1")
QUICK = FetchLimits(seconds=0.6)


def open_to(*ports: int, inside: int | None = None) -> AddressPolicy:
    """127.0.0.1 at these ports counts as public; the port of what is inside is allowed, its address is not."""
    return AddressPolicy(
        ports=frozenset() if inside is None else frozenset({inside}),
        also=frozenset((LOOPBACK, port) for port in ports),
    )


def get(url: str, policy: AddressPolicy, **more: object) -> Fetched | NotModified:
    return fetch(url, user_agent="LikeForLike/1.0 (+https://lfl.example/about/data)", policy=policy, **more)  # type: ignore[arg-type]


@pytest.fixture
def site() -> Iterator[Site]:
    with web_site() as running:
        yield running


def code_of(url: str, policy: AddressPolicy, **more: object) -> str:
    with pytest.raises(FetchError) as caught:
        get(url, policy, **more)
    return caught.value.code


# --- what a good site sees


def test_a_page_is_fetched_with_our_name_and_no_more(site: Site) -> None:
    site.pages["/feed.csv"] = Reply(
        b"a,b\n",
        headers={"Content-Type": "text/csv", "ETag": '"1"', "Last-Modified": "Sat, 21 Nov 2026 00:00:00 GMT"},
    )
    answer = get(site.url("/feed.csv"), open_to(site.port))
    assert answer == Fetched(
        site.url("/feed.csv"), "text/csv", b"a,b\n", '"1"', "Sat, 21 Nov 2026 00:00:00 GMT"
    )
    assert site.paths == ["/robots.txt", "/feed.csv"]
    assert site.asked[-1].headers == {
        "host": f"127.0.0.1:{site.port}",
        "user-agent": "LikeForLike/1.0 (+https://lfl.example/about/data)",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate",
        "connection": "close",
    }


def test_the_name_is_resolved_once_and_kept_in_the_host_header(site: Site) -> None:
    site.pages["/"] = Reply(b"hello")
    asked: list[tuple[str, int]] = []

    def resolver(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    get(site.url("/", "clinic.example"), open_to(site.port), resolver=resolver)
    assert asked == [("clinic.example", site.port)]
    assert {question.headers["host"] for question in site.asked} == {f"clinic.example:{site.port}"}


def test_an_unchanged_page_is_not_sent_again(site: Site) -> None:
    def page(asked: Asked) -> Reply:
        known = asked.headers.get("if-none-match") == '"1"' and "if-modified-since" in asked.headers
        return Reply(status=304) if known else Reply(b"whole", headers={"ETag": '"1"'})

    site.pages["/"] = page
    assert isinstance(get(site.url(), open_to(site.port)), Fetched)
    again = get(site.url(), open_to(site.port), etag='"1"', last_modified="Sat, 21 Nov 2026 00:00:00 GMT")
    assert again == NotModified(site.url())


def test_304_to_an_unconditional_question_is_an_error(site: Site) -> None:
    site.pages["/"] = Reply(status=304)
    assert code_of(site.url(), open_to(site.port)) == "http_status"


@pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 404, 410, 429, 500, 503])
def test_only_200_has_a_body(site: Site, status: int) -> None:
    site.pages["/"] = Reply(b"" if status == 204 else b"error page", status)
    with pytest.raises(fetcher.HttpStatus) as caught:
        get(site.url(), open_to(site.port))
    assert caught.value.status == status
    assert caught.value.may_pass == (status in {429, 500, 503})


def test_validators_that_are_long_or_odd_are_not_kept(site: Site) -> None:
    site.pages["/"] = Reply(b"x", headers={"ETag": '"' + "e" * 300 + '"', "Last-Modified": "l\xe4tzte Woche"})
    answer = get(site.url(), open_to(site.port))
    assert isinstance(answer, Fetched)
    assert (answer.etag, answer.last_modified) == (None, None)


def test_no_proxy_and_no_netrc_of_the_environment_is_used(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site.pages["/"] = Reply(b"direct")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login us password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with counting_listener() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        get(site.url(), open_to(site.port))
        assert proxy.count == 0
    assert "authorization" not in site.asked[-1].headers


# --- bodies


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"prices " * 1000)),
        ("x-gzip", gzip.compress(b"prices " * 1000)),
        ("GZIP", gzip.compress(b"prices " * 1000) + b"\0" * 512),
        ("gzip", gzip.compress(b"prices " * 400) + gzip.compress(b"prices " * 600)),
        ("deflate", zlib.compress(b"prices " * 1000)),
        ("deflate", zlib.compress(b"prices " * 1000)[2:-4]),
        ("identity", b"prices " * 1000),
        ("", b"prices " * 1000),
    ],
    ids=["gzip", "x-gzip", "padded", "two members", "zlib", "bare deflate", "identity", "none"],
)
def test_packed_bodies_are_unpacked(site: Site, encoding: str, packed: bytes) -> None:
    site.pages["/"] = Reply(packed, headers={"Content-Encoding": encoding})
    answer = get(site.url(), open_to(site.port))
    assert isinstance(answer, Fetched)
    assert answer.body == b"prices " * 1000


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", b"not packed at all"),
        ("gzip", gzip.compress(b"prices " * 1000)[:-20]),
        ("gzip", b""),
        ("gzip", gzip.compress(b"prices") + b"more"),
        ("deflate", zlib.compress(b"prices") + b"more"),
        ("br", b"\x0b\x02\x80prices\x03"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"prices"))),
        ("zstd", b"\x28\xb5\x2f\xfd"),
    ],
)
def test_a_body_that_is_not_packed_as_it_says_is_refused(site: Site, encoding: str, packed: bytes) -> None:
    site.pages["/"] = Reply(packed, headers={"Content-Encoding": encoding})
    assert code_of(site.url(), open_to(site.port)) == "broken_encoding"


@pytest.mark.parametrize("size", [2 * 1024 * 1024, 2 * 1024 * 1024 + 1])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("says_length", [False, True])
def test_two_mebibytes_and_not_one_byte_more(site: Site, size: int, packed: bool, says_length: bool) -> None:
    body = b"x" * size
    headers = {"Content-Encoding": "gzip"} if packed else {}
    if not says_length:
        headers |= {"Content-Length": "", "Connection": "close"}
    site.pages["/"] = Reply(gzip.compress(body, 1) if packed else body, headers=headers)
    if size > 2 * 1024 * 1024:
        assert code_of(site.url(), open_to(site.port)) == "too_large"
    else:
        answer = get(site.url(), open_to(site.port))
        assert isinstance(answer, Fetched)
        assert len(answer.body) == size


def test_a_bomb_is_noticed_before_it_is_big(site: Site) -> None:
    # 204 KB that become 210 MB.
    bomb = gzip.compress(b"\0" * 210_000_000, 9)
    assert len(bomb) < 210_000
    site.pages["/"] = Reply(bomb, headers={"Content-Encoding": "gzip"})
    began = time.monotonic()
    assert code_of(site.url(), open_to(site.port)) == "too_large"
    assert time.monotonic() - began < 0.5


def test_a_body_without_end_is_cut_at_the_limit() -> None:
    def flood(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            connection.sendall(b"x" * 65536)

    with raw_server(flood) as port:
        assert code_of(f"http://127.0.0.1:{port}/", open_to(port)) == "too_large"


# --- slow, broken


@pytest.mark.parametrize(
    "talk",
    [hostile_http.say_nothing, hostile_http.drip_head, hostile_http.drip_body, hostile_http.drip_chunks],
    ids=lambda talk: talk.__name__,
)
def test_the_deadline_is_for_everything_together(
    talk: Callable[[socket.socket, threading.Event], None],
) -> None:
    with raw_server(talk) as port:
        began = time.monotonic()
        assert code_of(f"http://127.0.0.1:{port}/", open_to(port), limits=QUICK) == "too_slow"
        assert time.monotonic() - began < QUICK.seconds + 0.5


def test_redirects_share_the_deadline(site: Site) -> None:
    def slowly(asked: Asked) -> Reply:
        time.sleep(0.25)
        return Reply(status=302, headers={"Location": f"{asked.path}x"})

    site.pages.update({"/" + "x" * count: slowly for count in range(5)})
    began = time.monotonic()
    assert code_of(site.url(), open_to(site.port), limits=QUICK) == "too_slow"
    assert time.monotonic() - began < QUICK.seconds + 0.5


def test_a_name_server_that_does_not_answer_counts_too() -> None:
    over = threading.Event()

    def resolver(host: str, port: int) -> Sequence[str]:
        over.wait(5)
        return ["127.0.0.1"]

    began = time.monotonic()
    try:
        assert (
            code_of("http://clinic.example/", AddressPolicy(), limits=QUICK, resolver=resolver) == "too_slow"
        )
    finally:
        over.set()
    assert time.monotonic() - began < QUICK.seconds + 0.5


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        (hostile_http.cut_off, "broken_answer"),
        (hostile_http.cut_off_chunks, "broken_answer"),
        (hostile_http.not_http, "broken_answer"),
        (hostile_http.long_head, "broken_answer"),
        (hostile_http.many_headers, "broken_answer"),
        (hostile_http.hang_up, "broken_answer"),
        (hostile_http.endless_continue, "too_large"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_is_no_whole_answer_is_refused(
    talk: Callable[[socket.socket, threading.Event], None], code: str
) -> None:
    with raw_server(talk) as port:
        assert code_of(f"http://127.0.0.1:{port}/", open_to(port)) == code


def test_nobody_there_is_told_from_a_name_that_nobody_has() -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert code_of(f"http://127.0.0.1:{port}/", open_to(port)) == "not_reachable"

    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert code_of("https://clinic.example/", AddressPolicy(), resolver=unknown) == "dns"
    assert code_of("https://clinic.example/", AddressPolicy(), resolver=lambda host, port: []) == "dns"


# --- redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_three_redirects_are_followed_and_a_fourth_is_not(site: Site, status: int) -> None:
    for step in range(4):
        site.pages[f"/{step}"] = Reply(status=status, headers={"Location": f"/{step + 1}"})
    site.pages["/4"] = Reply(b"there")
    answer = get(site.url("/1"), open_to(site.port))
    assert isinstance(answer, Fetched)
    assert (answer.url, answer.body) == (site.url("/4"), b"there")
    assert code_of(site.url("/0"), open_to(site.port)) == "too_many_redirects"


def test_a_redirect_in_a_circle_ends(site: Site) -> None:
    site.pages["/"] = Reply(status=302, headers={"Location": "/"})
    assert code_of(site.url(), open_to(site.port)) == "too_many_redirects"
    assert site.paths == ["/robots.txt", *["/"] * 4]


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("", "broken_answer"),
        ("file:///etc/passwd", "bad_scheme"),
        ("ftp://127.0.0.1/", "bad_scheme"),
        ("http://user:pw@127.0.0.1/", "userinfo"),
        ("http://127.1/", "bad_url"),
        ("http://127.0.0.1:22/", "bad_port"),
        ("http://127.0.0.1/", "blocked_address"),
        ("//169.254.169.254/latest/meta-data/", "blocked_address"),
    ],
)
def test_each_redirect_is_checked_like_a_first_address(site: Site, location: str, code: str) -> None:
    site.pages["/"] = Reply(status=302, headers={"Location": location})
    assert code_of(site.url(), open_to(site.port)) == code


# --- nothing inside is ever reached


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.0.0.2", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
        "127.0.0.1.", "localhost", "localhost.", "LOCALHOST", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "0.0.0.0",
        "0",
        "[::1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]", "[64:ff9b:1::127.0.0.1]", "[2002:7f00:1::]", "[2001:0:7f00:1::80ff:fffe]", "[fec0::1]",
        "[fe80::1%25lo]", "[0:0:0:0:0:0:0:1]", "clinic.example@127.0.0.1", "clinic.example:80@127.0.0.1",
        "127.0.0.1\\@clinic.example", "clinic.example%00@127.0.0.1", "127.0.0.1%23clinic.example",
        "clinic.example#@127.0.0.1", "clinic.example?@127.0.0.1", "127.0.0.1\r\n", "127.0.0.1 ", "127.0.0.1\t",
    ],
)  # fmt: skip
def test_no_spelling_of_loopback_is_connected_to(host: str) -> None:
    def resolver(name: str, port: int) -> Sequence[str]:
        # As generous as the C library: what it takes for an address is one.
        return ["127.0.0.1"] if name == "localhost" else [socket.inet_ntoa(socket.inet_aton(name))]

    with counting_listener() as inside:
        for scheme in ("http", "https"):
            with pytest.raises(FetchError):
                get(f"{scheme}://{host}:{inside.port}/", open_to(inside=inside.port), resolver=resolver)
        assert inside.count == 0


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
        ["2606:4700:4700::1111", "::ffff:127.0.0.1"],
        ["::1"],
        ["64:ff9b::7f00:1"],
        ["fe80::1%lo"],
        ["what is this"],
    ],
)
def test_a_name_with_one_address_inside_is_not_connected_to_at_all(answers: list[str]) -> None:
    with counting_listener() as inside:
        policy = open_to(inside=inside.port)
        url = f"http://clinic.example:{inside.port}/"
        assert code_of(url, policy, resolver=lambda host, port: answers) == "blocked_address"
        assert inside.count == 0


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_a_name_that_moves_inside_after_it_was_checked_leads_nowhere() -> None:
    """127.0.0.1 stands for the public address here, 127.0.0.2 at the same port for what is inside."""
    with web_site("127.0.0.1") as outside, counting_listener("127.0.0.2", outside.port) as inside:
        outside.pages["/"] = Reply(status=302, headers={"Location": "/next"})
        outside.pages["/next"] = Reply(b"still outside")
        turns = iter(["127.0.0.1", "127.0.0.2", "127.0.0.2", "127.0.0.2"])
        policy = AddressPolicy(ports=frozenset({outside.port}), also=frozenset({(LOOPBACK, outside.port)}))

        def rebinding(host: str, port: int) -> Sequence[str]:
            return [next(turns)]

        url = outside.url("/", "rebind.example")
        # robots.txt, the page and the redirect all go where the first answer said.
        answer = get(url, policy, resolver=rebinding)
        assert isinstance(answer, Fetched) and answer.body == b"still outside"
        # The next fetch asks again, and is told the truth about the name.
        assert code_of(url, policy, resolver=rebinding) == "blocked_address"
        # A redirect to another spelling of the same host asks again as well.
        outside.pages["/"] = Reply(status=302, headers={"Location": f"//other.example:{outside.port}/"})
        turns = iter(["127.0.0.1", "127.0.0.2"])
        assert code_of(url, policy, resolver=rebinding) == "blocked_address"
        assert inside.count == 0


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_inside_is_not_followed(site: Site, status: int) -> None:
    with counting_listener() as inside:
        for host in ("127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "localhost"):
            site.pages["/"] = Reply(status=status, headers={"Location": f"http://{host}:{inside.port}/"})
            assert code_of(site.url(), open_to(site.port, inside=inside.port)) in {
                "blocked_address",
                "bad_url",
            }
        assert inside.count == 0


def test_robots_txt_that_redirects_inside_is_not_followed_either(site: Site) -> None:
    with counting_listener() as inside:
        site.pages["/robots.txt"] = Reply(
            status=301, headers={"Location": f"http://127.0.0.1:{inside.port}/"}
        )
        site.pages["/"] = Reply(b"hello")
        assert code_of(site.url(), open_to(site.port, inside=inside.port)) == "blocked_address"
        assert inside.count == 0
    assert site.paths == ["/robots.txt"]


def test_a_public_address_at_another_port_is_not_asked() -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["8.8.8.8"]

    for port in (21, 22, 25, 6379, 8080):
        assert code_of(f"http://clinic.example:{port}/", AddressPolicy(), resolver=resolver) == "bad_port"
    assert asked == []


# --- robots.txt, and one at a time


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /feed", False),
        ("User-agent: *\nDisallow: /feed\nAllow: /feed.csv", True),
        ("User-agent: *\nDisallow: /*.csv$", False),
        ("User-agent: *\nDisallow: /private", True),
        ("User-agent: LikeForLike\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: likeforlike\nDisallow:\nAllow: /", True),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: other\nUser-agent: LikeForLike # us\nDisallow: /", False),
        ("user-agent:*\ndisallow:/", False),
        ("\ufeffUser-agent: *\r\nDisallow: /\r\n", False),
        ("<html>no rules here</html>", True),
        ("User-agent: *\nDisallow: /" + "*a" * 500, True),
        ("".join(f"User-agent: robot{number}\n" for number in range(9_000))
         + "".join(f"Disallow: /{number}\n" for number in range(15_000)), True),
    ],
)  # fmt: skip
def test_robots_txt_is_obeyed(site: Site, rules: str, allowed: bool) -> None:
    site.pages["/robots.txt"] = Reply(rules.encode())
    site.pages["/feed.csv"] = Reply(b"x")
    began = time.monotonic()
    if allowed:
        assert isinstance(get(site.url("/feed.csv"), open_to(site.port)), Fetched)
    else:
        assert code_of(site.url("/feed.csv"), open_to(site.port)) == "robots"
        assert site.paths == ["/robots.txt"]
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, None), (404, None), (410, None), (500, "robots_unavailable"), (503, "robots_unavailable")],
)
def test_without_robots_txt_we_may_and_with_a_broken_one_not_now(
    site: Site, status: int, code: str | None
) -> None:
    site.pages["/robots.txt"] = Reply(b"", status)
    site.pages["/"] = Reply(b"x")
    if code is None:
        assert isinstance(get(site.url(), open_to(site.port)), Fetched)
    else:
        assert code_of(site.url(), open_to(site.port)) == code
        assert site.paths == ["/robots.txt"]


def test_a_long_robots_txt_is_read_as_far_as_half_a_megabyte(site: Site) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /\n" + b"# more\n" * 700_000)
    assert code_of(site.url(), open_to(site.port)) == "robots"


def test_known_robots_texts_are_not_fetched_again_and_new_ones_are_remembered(site: Site) -> None:
    site.pages["/"] = Reply(b"x")
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /no\n")
    known: dict[str, str] = {}
    get(site.url(), open_to(site.port), robots=known)
    assert known == {site.url()[:-1]: "User-agent: *\nDisallow: /no\n"}
    get(site.url(), open_to(site.port), robots=known)
    assert site.paths == ["/robots.txt", "/", "/"]
    assert code_of(site.url("/no"), open_to(site.port), robots=known) == "robots"


def test_each_host_on_the_way_is_held_while_it_is_spoken_to() -> None:
    entered: list[str] = []

    @contextlib.contextmanager
    def alone_at(host: str) -> Iterator[None]:
        entered.append(f"+{host}")
        yield
        entered.append(f"-{host}")

    with web_site() as first, web_site() as second:
        first.pages["/"] = Reply(status=302, headers={"Location": second.url("/", "b.example")})
        second.pages["/"] = Reply(b"there")
        get(
            first.url("/", "a.example"),
            open_to(first.port, second.port),
            alone_at=alone_at,
            resolver=lambda host, port: ["127.0.0.1"],
        )
    assert entered == ["+a.example", "-a.example", "+b.example", "-b.example"]


def test_a_host_that_is_busy_is_left_alone(site: Site) -> None:
    def busy(host: str) -> contextlib.AbstractContextManager[None]:
        raise fetcher.HostBusy

    assert code_of(site.url(), open_to(site.port), alone_at=busy) == "host_busy"
    assert site.asked == []


# --- TLS


def test_a_certificate_that_nobody_vouches_for_ends_it(tmp_path: Path) -> None:
    server_side, _certificate = self_signed(tmp_path)
    with web_site(tls=server_side) as site:
        url = f"https://127.0.0.1:{site.port}/"
        assert code_of(url, open_to(site.port)) == "tls"
        assert site.asked == []


def test_a_certificate_must_be_the_hosts_own(tmp_path: Path) -> None:
    server_side, certificate = self_signed(tmp_path)
    trusted = ssl.create_default_context(cafile=str(certificate))
    with web_site(tls=server_side) as site:
        site.pages["/"] = Reply(b"secret prices")
        answer = get(f"https://127.0.0.1:{site.port}/", open_to(site.port), tls=trusted)
        assert isinstance(answer, Fetched) and answer.body == b"secret prices"
        # The connection goes to the same address; the name is another one.
        url = f"https://clinic.example:{site.port}/"
        there = ["127.0.0.1"]
        assert code_of(url, open_to(site.port), tls=trusted, resolver=lambda host, port: there) == "tls"


def test_a_server_that_speaks_no_tls_and_one_that_says_nothing() -> None:
    with web_site() as plain:
        assert code_of(f"https://127.0.0.1:{plain.port}/", open_to(plain.port)) in {"tls", "not_reachable"}
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        assert code_of(f"https://127.0.0.1:{port}/", open_to(port), limits=QUICK) == "too_slow"
