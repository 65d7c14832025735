"""Why something was not fetched: one family, a stable code each, and whether it is worth another attempt."""

from typing import ClassVar


class FetchError(Exception):
    """`code` is stable and stored; `temporary` says that the same question may be answered later.

    The text is ours and for the log: it never quotes what the other side sent.
    """

    code: ClassVar[str] = "fetch"
    temporary: ClassVar[bool] = False

    def __init__(self, reason: str = "", *, status: int | None = None) -> None:
        super().__init__(reason or self.code)
        self.status = status


class BadUrl(FetchError):
    """Not an address that means the same to everybody: spaces, controls, odd numbers, no host."""

    code = "bad_url"


class BadScheme(FetchError):
    """Neither http nor https."""

    code = "bad_scheme"


class BadPort(FetchError):
    """Not 80, 443 or a port that the operator allows."""

    code = "bad_port"


class UserInfo(FetchError):
    """A name or a password stands in the address."""

    code = "userinfo"


class DnsFailed(FetchError):
    """The name has no address, or the name server did not say."""

    code = "dns"
    temporary = True


class BlockedAddress(FetchError):
    """The name leads to an address that is not public."""

    code = "blocked_address"


class NotReachable(FetchError):
    """Nobody listens there, or no way leads there."""

    code = "not_reachable"
    temporary = True


class TlsFailed(FetchError):
    """The certificate is not one to trust, or TLS could not be agreed on."""

    code = "tls"


class TooSlow(FetchError):
    """The whole of it took longer than the deadline."""

    code = "too_slow"
    temporary = True


class TooLarge(FetchError):
    """More than the limit, packed or unpacked."""

    code = "too_large"


class TooManyRedirects(FetchError):
    """One redirect more than we follow."""

    code = "too_many_redirects"


class RobotsDenied(FetchError):
    """The site's robots.txt asks us not to."""

    code = "robots"


class RobotsUnavailable(FetchError):
    """robots.txt cannot be read just now, which RFC 9309 (2.3.1.4) takes for a no."""

    code = "robots_unavailable"
    temporary = True


class HttpStatus(FetchError):
    """An answer other than 200 or 304; `status` says which."""

    code = "http_status"

    @property
    def may_pass(self) -> bool:
        return self.status in {408, 425, 429} or (self.status or 0) >= 500


class BrokenEncoding(FetchError):
    """The body is not packed the way it says, or in a way that we did not ask for."""

    code = "broken_encoding"


class BrokenAnswer(FetchError):
    """What came is not HTTP, or ends too early."""

    code = "broken_answer"
    temporary = True


class HostBusy(FetchError):
    """Another worker is fetching from that host."""

    code = "host_busy"
    temporary = True
