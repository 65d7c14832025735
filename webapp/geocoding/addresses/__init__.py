"""Where an address lies, by the embedded gazetteer and the operator's own points; no network, no key.

`locate` answers; `texts` takes an address apart; `singapore` and `korea` know how each country writes one;
`points` is what the operator loaded, behind an interface; `located` says what an answer is.
"""

from webapp.geocoding.addresses.korea import stated_gu
from webapp.geocoding.addresses.locate import locate
from webapp.geocoding.addresses.located import Choice, Located
from webapp.geocoding.addresses.points import KnownPoint, KnownPoints, NoPoints

__all__ = ["Choice", "KnownPoint", "KnownPoints", "Located", "NoPoints", "locate", "stated_gu"]
