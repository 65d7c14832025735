"""Which addresses may be connected to: public unicast only, whatever they are wrapped in.

The list is ours and not `ipaddress.is_global`, which differs between versions of Python and lets through NAT64,
::127.0.0.1 and multicast.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
# An address and a port.
Endpoint = tuple[Address, int]

STANDARD_PORTS = frozenset({80, 443})

# IANA's registry of special-purpose addresses (RFC 6890) as of 2025, multicast and the reserved rest.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        # Registered as public, but Azure's machines reach their own platform by it.
        "168.63.129.16/32",
    )
)  # fmt: skip
# All that is ever routed publicly lies in here (RFC 4291, 2.4): so ::/96, fec0::/10, multicast and 5f00::/16 do not.
_UNICAST_6 = IPv6Network("2000::/3")
# Within it: protocol assignments with Teredo and ORCHID, documentation, 6to4. A clinic's site stands on none.
_NOT_PUBLIC_6 = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# How a network without IPv4 writes a public IPv4 address (RFC 6052): what counts is the address inside.
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """The rule for every connection. `ports` are allowed beside 80 and 443 at public addresses.

    `also` are endpoints that are allowed although they are not public: a test's own server on loopback, never
    anything on a real site (config.py refuses the setting there).
    """

    ports: frozenset[int] = frozenset()
    also: frozenset[Endpoint] = frozenset()

    def allows_port(self, port: int) -> bool:
        return port in STANDARD_PORTS | self.ports or any(port == own for _address, own in self.also)

    def allows(self, address: Address, port: int) -> bool:
        """May this very address be connected to? `unwrapped` addresses only."""
        if (address, port) in self.also:
            return True
        return is_public(address) and port in STANDARD_PORTS | self.ports


PUBLIC = AddressPolicy()


def parse(text: str) -> Address | None:
    """An address as the resolver gives it; None for one with a zone, which names an interface of this machine."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return None
    return unwrapped(address)


def unwrapped(address: Address) -> Address:
    """A v4-mapped address (::ffff:a.b.c.d) as the IPv4 address that it is to the network."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_public(address: Address) -> bool:
    """Is it a public unicast address? NAT64 is, where the IPv4 address inside is; 6to4 and Teredo never are."""
    plain = unwrapped(address)
    if isinstance(plain, IPv6Address):
        if plain in _NAT64:
            return is_public(IPv4Address(int(plain) & 0xFFFFFFFF))
        return plain in _UNICAST_6 and not any(plain in network for network in _NOT_PUBLIC_6)
    return not any(plain in network for network in _NOT_PUBLIC_4)
