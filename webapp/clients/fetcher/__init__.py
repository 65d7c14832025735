"""Fetches one address of somebody else's within bounds: never inside, never for long, never much, never rudely.

`fetch` is all that the rooms above need; the rest are its parts.
"""

from webapp.clients.fetcher.addresses import PUBLIC, AddressPolicy, Endpoint
from webapp.clients.fetcher.errors import (
    BadPort,
    BadScheme,
    BadUrl,
    BlockedAddress,
    BrokenAnswer,
    BrokenEncoding,
    DnsFailed,
    FetchError,
    HostBusy,
    HttpStatus,
    NotReachable,
    RobotsDenied,
    RobotsUnavailable,
    TlsFailed,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    UserInfo,
)
from webapp.clients.fetcher.fetch import Fetched, FetchLimits, NotModified, fetch
from webapp.clients.fetcher.ours import address_policy, user_agent
from webapp.clients.fetcher.urls import origin_of

__all__ = [
    "PUBLIC",
    "AddressPolicy",
    "BadPort",
    "BadScheme",
    "BadUrl",
    "BlockedAddress",
    "BrokenAnswer",
    "BrokenEncoding",
    "DnsFailed",
    "Endpoint",
    "FetchError",
    "FetchLimits",
    "Fetched",
    "HostBusy",
    "HttpStatus",
    "NotModified",
    "NotReachable",
    "RobotsDenied",
    "RobotsUnavailable",
    "TlsFailed",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "UserInfo",
    "address_policy",
    "fetch",
    "origin_of",
    "user_agent",
]
