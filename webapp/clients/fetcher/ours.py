"""As whom this site asks others, and where its operator lets it go."""

from ipaddress import ip_address

from config import Settings
from webapp.clients.fetcher.addresses import AddressPolicy


def user_agent(settings: Settings) -> str:
    """Our name, and the page that says what we read and why."""
    return f"LikeForLike/1.0 (+{settings.base_url}/about/data)"


def address_policy(settings: Settings) -> AddressPolicy:
    """Public addresses, and what FETCH_PORTS and FETCH_ALSO allow beside them."""
    return AddressPolicy(
        ports=frozenset(settings.fetch_ports),
        also=frozenset((ip_address(host), port) for host, port in settings.fetch_also),
    )
