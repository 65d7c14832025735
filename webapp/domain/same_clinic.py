"""Are two descriptions one clinic? Asked where a clinic that wants never to be listed must not come back.

61 % of Singapore's clinics share a postal code with another one, and the branches of a chain share name, web site
and telephone; so no single mark decides but the caller's own ref.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from webapp.domain.hosts import own_host
from webapp.domain.text import fold, name_key

# Legal forms say nothing about which clinic it is, and come and go between lists.
_LEGAL_FORMS = re.compile(
    r"\b(pte\.? ?ltd|private limited|limited|ltd|llp|inc|co\.?,? ?ltd)\b\.?|\(주\)|㈜|주식회사", re.IGNORECASE
)
_COUNTRY_CODES = {"SG": "65", "KR": "82"}
# Shorter numbers are extensions and typing errors.
_SHORTEST_PHONE = 7


@dataclass(frozen=True, slots=True)
class Marks:
    """What a clinic is known by, made comparable. What is not known is empty or None. `host` is only ever the
    clinic's own (see `domain.hosts.own_host`)."""

    country: str
    names: frozenset[str]
    ref: str = ""
    postal_code: str | None = None
    unit: str | None = None
    host: str | None = None
    phone: str | None = None


def marks(
    country: str,
    names: Iterable[str | None],
    *,
    ref: str = "",
    postal_code: str | None = None,
    unit: str | None = None,
    website: str | None = None,
    phone: str | None = None,
) -> Marks:
    """The marks of a clinic from what is written about it."""
    return Marks(
        country=country,
        names=name_keys(names),
        ref=ref,
        postal_code=re.sub(r"\D", "", postal_code or "") or None,
        unit=name_key(unit or "") or None,
        host=own_host(website),
        phone=phone_key(phone, country),
    )


def name_keys(names: Iterable[str | None]) -> frozenset[str]:
    """Names without case, spaces, punctuation and legal forms: "Larch & Linden Pte. Ltd." is "larch linden"."""
    return frozenset(key for name in names if name and (key := name_key(_LEGAL_FORMS.sub(" ", fold(name)))))


def phone_key(phone: str | None, country: str) -> str | None:
    """A number as its digits without country code and leading zeros; None where it is too short for one."""
    digits = re.sub(r"\D", "", phone or "").lstrip("0")
    code = _COUNTRY_CODES.get(country, "")
    # Eight digits that begin with 65 are a number in Singapore; with the code they are ten.
    if code and digits.startswith(code) and len(digits) >= _SHORTEST_PHONE + len(code) + 1:
        digits = digits.removeprefix(code).lstrip("0")
    return digits if len(digits) >= _SHORTEST_PHONE else None


def same_clinic(one: Marks, other: Marks) -> bool:
    """True for the same ref; within a country, for the same name with a second mark, or for two other marks.

    A name with the same postal code, or with the same telephone. A name with the same web site, unless both
    postal code and telephone differ: that is another branch. Without the name, web site or telephone together
    with nothing that speaks against it: another place or, beside a web site, another telephone.
    """
    if one.ref and one.ref == other.ref:
        return True
    if one.country != other.country:
        return False
    postal = _same(one.postal_code, other.postal_code)
    phone = _same(one.phone, other.phone)
    host = _same(one.host, other.host)
    elsewhere = _differ(one.postal_code, other.postal_code) or _differ(one.unit, other.unit)
    other_phone = _differ(one.phone, other.phone)
    if one.names & other.names:
        branch = _differ(one.postal_code, other.postal_code) and other_phone
        return postal or phone or (host and not branch)
    return (host and phone) or (host and not elsewhere and not other_phone) or (phone and not elsewhere)


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _differ(one: str | None, other: str | None) -> bool:
    """Both are known, and they are not the same."""
    return one is not None and other is not None and one != other
