"""Online geocoders behind geopy's base class, each asked once per call: OneMap, juso, Nominatim.

`errors` is how an answer fails; `adapter` is the one HTTP client under all of them; `providers` says which are
there under the operator's settings, and how each may be used.
"""

from webapp.clients.geocoders.errors import ProviderError, RateLimited, Refused, Unavailable
from webapp.clients.geocoders.providers import Hit, Provider, providers_for

__all__ = ["Hit", "Provider", "ProviderError", "RateLimited", "Refused", "Unavailable", "providers_for"]
