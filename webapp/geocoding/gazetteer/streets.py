"""Names of Singapore's streets made comparable: "Toa Payoh Lor 4", "LORONG 4 TOA PAYOH" and "St. George's Rd"."""

import re

from webapp.geocoding.gazetteer.reading import normalise

# Beyond the abbreviations of place names: those that stand in addresses, and "Saint", which is written like "street".
_SHORT = {
    "ctrl": "central", "clo": "close", "cl": "close", "ln": "lane", "lk": "link", "wk": "walk", "ter": "terrace",
    "terr": "terrace", "hts": "heights", "hgts": "heights", "gr": "grove", "gro": "grove", "vw": "view",
    "ind": "industrial", "inds": "industrial", "est": "estate", "hwy": "highway", "cir": "circle", "crt": "court",
    "ct": "court", "fld": "field", "hl": "hill", "bldv": "boulevard", "mkt": "market", "pde": "parade",
    "cresent": "crescent", "cr": "crescent", "cresc": "crescent", "aven": "avenue", "avn": "avenue", "avnue": "avenue",
    "saint": "street", "lorang": "lorong", "strt": "street", "str": "street", "c'wealth": "commonwealth",
    "cwealth": "commonwealth", "bk": "bukit", "tpy": "toa payoh", "amk": "ang mo kio", "sci": "science",
    "bl": "boulevard", "upr": "upper", "tmn": "taman", "kpg": "kampong", "kampung": "kampong", "sungai": "sungei",
}  # fmt: skip


def street_words(text: str) -> list[str]:
    """The words of a street's name written out, without apostrophes and dots, in their order."""
    written = re.sub(r"(?<=\w)'(?=s\b)|[.']", "", normalise(text))
    return " ".join(_SHORT.get(word, word) for word in re.findall(r"[^\W_]+", written)).split()


def street_key(text: str) -> str:
    """The key under which a street is filed: its words in alphabetical order."""
    return " ".join(sorted(street_words(text)))
