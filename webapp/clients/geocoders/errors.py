"""How asking a provider fails. An empty answer is no failure: it is None."""

from collections.abc import Iterator
from contextlib import contextmanager

from geopy.exc import (
    ConfigurationError,
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderParseError,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeocoderTimedOut,
    GeopyError,
)


class ProviderError(Exception):
    """The provider gave no answer. `code` is ours, for the job's row and the log; never the provider's words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unavailable(ProviderError):
    """Time-out, lost connection, 5xx or an answer that cannot be read: another attempt may go better."""


class RateLimited(ProviderError):
    """429, or a quota of the provider's own. `retry_after`: seconds that it asked for, None when it did not say."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("rate_limited")
        self.retry_after = retry_after


class Refused(ProviderError):
    """Our key, account or settings are not accepted: nothing helps until somebody mends them."""


@contextmanager
def as_provider_errors() -> Iterator[None]:
    """Turn geopy's errors into ours."""
    try:
        yield
    except GeocoderRateLimited as error:
        raise RateLimited(error.retry_after) from None
    except GeocoderQuotaExceeded:
        raise RateLimited(None) from None
    except (GeocoderAuthenticationFailure, GeocoderInsufficientPrivileges, ConfigurationError):
        raise Refused("refused") from None
    except GeocoderTimedOut:
        raise Unavailable("timeout") from None
    except GeocoderParseError:
        raise Unavailable("broken_answer") from None
    except GeopyError:
        raise Unavailable("unavailable") from None
