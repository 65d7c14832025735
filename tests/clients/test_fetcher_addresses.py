"""Which addresses and web addresses the fetcher takes for what; no connection is made here."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.clients.fetcher import BadScheme, BadUrl, FetchError, UserInfo
from webapp.clients.fetcher.addresses import PUBLIC, AddressPolicy, is_public, parse
from webapp.clients.fetcher.urls import follow, parse_url

pytestmark = pytest.mark.once

INSIDE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "168.63.129.16",
    "::", "::1", "::127.0.0.1", "::10.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8",
    "64:ff9b:1:2::7f00:1", "100::1", "2001:0:53aa:64c:0:fb:f5ff:fffe", "2001:2::1", "2001:10::1", "2001:20::1",
    "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1",
    "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
OUTSIDE = [
    "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "203.0.112.1", "223.255.255.1",
    "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2606:4700:4700::1111", "2400:cb00::1", "2001:4860:4860::8888",
]  # fmt: skip


@pytest.mark.parametrize("text", INSIDE)
def test_what_is_not_public_unicast_is_refused(text: str) -> None:
    assert not is_public(ip_address(text))
    address = parse(text)
    assert address is not None
    assert not PUBLIC.allows(address, 443)


@pytest.mark.parametrize("text", OUTSIDE)
def test_what_is_public_is_allowed_at_the_two_ports(text: str) -> None:
    address = parse(text)
    assert address is not None
    assert PUBLIC.allows(address, 443) and PUBLIC.allows(address, 80)
    assert not PUBLIC.allows(address, 8080)
    assert AddressPolicy(ports=frozenset({8080})).allows(address, 8080)


@given(st.ip_addresses(v=4))
def test_an_address_is_the_same_in_every_wrapping(address: IPv4Address) -> None:
    mapped, nat64 = IPv6Address(f"::ffff:{address}"), IPv6Address(f"64:ff9b::{address}")
    assert is_public(mapped) == is_public(nat64) == is_public(address)
    assert not is_public(address) or address.is_global
    assert not is_public(IPv6Address(f"::{address}"))


@given(st.ip_addresses(v=6))
def test_no_address_is_public_that_python_calls_private_or_multicast(address: IPv6Address) -> None:
    if address.is_private or address.is_multicast or address.is_link_local:
        assert not is_public(address) or address.ipv4_mapped is not None


@pytest.mark.parametrize(
    "text", ["fe80::1%eth0", "::1%lo", "localhost", "", "127.1", "1.2.3.4.5", "0x7f.0.0.1"]
)
def test_what_is_no_plain_address_is_none(text: str) -> None:
    assert parse(text) is None


def test_an_endpoint_that_a_test_allows_is_that_endpoint_only() -> None:
    policy = AddressPolicy(also=frozenset({(IPv4Address("127.0.0.1"), 9000)}))
    assert policy.allows(IPv4Address("127.0.0.1"), 9000)
    assert not policy.allows(IPv4Address("127.0.0.1"), 9001)
    assert not policy.allows(IPv4Address("127.0.0.2"), 9000)
    # The port alone opens nothing, not even at a public address.
    assert not policy.allows(IPv4Address("8.8.8.8"), 9000)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("", BadUrl), ("clinic.example", BadScheme), ("ftp://clinic.example/", BadScheme),
        ("file:///etc/passwd", BadScheme), ("gopher://127.0.0.1:70/_x", BadScheme), ("javascript:alert(1)", BadScheme),
        ("http://", BadUrl), ("http:///path", BadUrl), ("https://user@clinic.example/", UserInfo),
        ("https://user:pw@clinic.example/", UserInfo), ("https://@clinic.example/", UserInfo),
        ("https://clinic.example@127.0.0.1/", UserInfo), ("https://127.0.0.1#@clinic.example/", None),
        ("https://clinic.example\\@127.0.0.1/", BadUrl), ("https://clinic.example\r\nHost: x/", BadUrl),
        ("https://clinic.example/a\r\nX: y", BadUrl), ("https://clinic.example/a b", BadUrl),
        ("\thttps://clinic.example/", BadUrl), ("https://cli\tnic.example/", BadUrl),
        ("https://clinic.example/\x00", BadUrl), ("https://clinic.example:0/", BadUrl),
        ("https://clinic.example:99999/", BadUrl), ("https://clinic.example:8o/", BadUrl),
        ("http://2130706433/", BadUrl), ("http://0x7f000001/", BadUrl), ("http://0177.0.0.1/", BadUrl),
        ("http://127.1/", BadUrl), ("http://0x7f.1/", BadUrl), ("http://1.2.3.256/", BadUrl), ("http://1.2.3/", BadUrl),
        ("http://[::1%25lo]/", BadUrl), ("http://[::1/", BadUrl), ("http://[127.0.0.1]/", BadUrl),
        ("http://[v1.x]/", BadUrl), ("http://cli%6eic.example/", BadUrl), ("http://-a.example/", BadUrl),
        ("http://a..example/", BadUrl), (f"http://{'a' * 64}.example/", BadUrl),
        ("https://clinic.example/" + "a" * 2000, BadUrl),
        ("https://clinic.example\u2100/", BadUrl), ("https://clinic\u3002\u3002example/", BadUrl),
    ],
)  # fmt: skip
def test_an_address_that_can_be_read_two_ways_is_refused(url: str, error: type[FetchError] | None) -> None:
    if error is None:
        assert parse_url(url).host == "127.0.0.1"
        return
    with pytest.raises(error):
        parse_url(url)


@pytest.mark.parametrize(
    ("url", "host", "sent"),
    [
        ("https://Clinic.Example", "clinic.example", "https://clinic.example/"),
        ("https://clinic.example.:443/a?b=c#d", "clinic.example", "https://clinic.example/a?b=c"),
        ("http://clinic.example:8080/", "clinic.example", "http://clinic.example:8080/"),
        ("https://피부과.kr/가격표", "xn--vb0b562a11r.kr", None),
        ("http://１２７.0.0.1/", "127.0.0.1", "http://127.0.0.1/"),
        ("http://①②⑦.⓪.⓪.①/", "127.0.0.1", "http://127.0.0.1/"),
        ("http://[::FFFF:127.0.0.1]/", "::ffff:7f00:1", "http://[::ffff:7f00:1]/"),
        ("https://clinic.example/a%2Fb/%EA%B0%80?x=%20", "clinic.example", "https://clinic.example/a%2Fb/%EA%B0%80?x=%20"),
        ("https://clinic.example?x=1", "clinic.example", "https://clinic.example/?x=1"),
    ],
)  # fmt: skip
def test_an_address_is_sent_in_one_spelling(url: str, host: str, sent: str | None) -> None:
    target = parse_url(url)
    assert target.host == host
    assert target.url.isascii() and target.url == (sent or target.url)


def test_a_redirect_is_relative_or_whole_and_checked_like_any_address() -> None:
    target = parse_url("https://clinic.example/a/b?c")
    assert follow(target, "d").url == "https://clinic.example/a/d"
    assert follow(target, "//other.example/x").url == "https://other.example/x"
    for location in ("file:///etc/passwd", "https://a@b/", "/x\r\nSet-Cookie: a=b", "http://0x7f.1/"):
        with pytest.raises(FetchError):
            follow(target, location)


@given(st.text(max_size=80))
def test_no_text_makes_anything_but_a_fetch_error(text: str) -> None:
    for url in (text, f"https://{text}", f"https://clinic.example/{text}"):
        try:
            target = parse_url(url)
        except FetchError:
            continue
        assert (
            target.url.isascii()
            and "\r" not in target.url
            and "\n" not in target.url
            and " " not in target.url
        )
        assert parse_url(target.url) == target
