"""Whose an address is: registrable domains of both markets, and shared ones that prove nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.hosts import SHARED, host_of, is_address_of, is_shared, mail_host, own_host, registrable

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("clinic.com", "clinic.com"),
        ("www.clinic.com", "clinic.com"),
        ("clinic.sg", "clinic.sg"),
        ("a.clinic.sg", "clinic.sg"),
        ("clinic.com.sg", "clinic.com.sg"),
        ("orchard.clinic.com.sg", "clinic.com.sg"),
        ("clinic.co.kr", "clinic.co.kr"),
        ("gangnam.clinic.or.kr", "clinic.or.kr"),
        ("a.clinic.pe.kr", "clinic.pe.kr"),
        ("a.clinic.seoul.kr", "clinic.seoul.kr"),
        ("seoul.sg", "seoul.sg"),
        ("com.sg", "com.sg"),
    ],
)
def test_the_part_that_somebody_registered(host: str, domain: str) -> None:
    assert registrable(host) == domain


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("https://www.Clinic.com.sg/en?x=1", "clinic.com.sg"),
        ("clinic.com.sg/prices", "clinic.com.sg"),
        ("//clinic.com.sg", "clinic.com.sg"),
        ("https://clinic.com.sg:8443/", "clinic.com.sg"),
        ("https://클리닉.kr", "xn--bj1bp4k4qv.kr"),
        ("", None),
        (None, None),
        ("http://[", None),
        ("https://" + "a" * 70 + ".kr", None),
    ],
)
def test_the_host_of_a_web_site(website: str | None, host: str | None) -> None:
    assert host_of(website) == host


@pytest.mark.parametrize(
    "website",
    [
        "https://www.instagram.com/larch", "https://larch.imweb.me", "https://blog.naver.com/larch",
        "https://larch.modoo.at", "https://sites.google.com/view/larch", "https://larch.wixsite.com/home",
        "https://www.yahoo.com.sg/larch", "http://192.0.2.7/", "localhost",
    ],
)  # fmt: skip
def test_a_page_on_somebody_elses_domain_is_nobodys_own(website: str) -> None:
    assert own_host(website) is None


@pytest.mark.parametrize(
    ("address", "website"),
    [
        ("kim@larch.com.sg", "https://www.larch.com.sg"),
        ("kim@larch.com.sg", "https://orchard.larch.com.sg/"),
        ("kim@orchard.larch.com.sg", "https://orchard.larch.com.sg/"),
        ("Kim@LARCH.com.sg", "larch.com.sg"),
        ("kim@larch.co.kr", "https://m.larch.co.kr"),
    ],
)
def test_an_address_at_the_own_domain(address: str, website: str) -> None:
    assert is_address_of(address, website)


@pytest.mark.parametrize(
    ("address", "website"),
    [
        ("kim@com.sg", "https://larch.com.sg"),
        ("kim@other.com.sg", "https://larch.com.sg"),
        ("kim@mail.larch.com.sg", "https://larch.com.sg"),
        ("kim@notlarch.com.sg", "https://larch.com.sg"),
        ("kim@larch.com.sg.evil.example", "https://larch.com.sg"),
        ("kim@gmail.com", "https://gmail.com"),
        ("kim@naver.com", "https://blog.naver.com/kim"),
        ("kim@larch.com.sg", None),
        ("larch.com.sg", "https://larch.com.sg"),
        ("", "https://larch.com.sg"),
    ],
)
def test_any_other_address_proves_nothing(address: str, website: str | None) -> None:
    assert not is_address_of(address, website)


@pytest.mark.parametrize("shared", sorted(SHARED))
def test_a_shared_domain_never_proves_anything(shared: str) -> None:
    assert is_shared(shared)
    assert not is_address_of(f"kim@{shared}", f"https://{shared}")
    assert not is_address_of(f"kim@larch.{shared}", f"https://larch.{shared}/")


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_it(address: str, website: str) -> None:
    mail_host(address)
    host = host_of(website)
    if host:
        registrable(host)
    is_address_of(address, website)
