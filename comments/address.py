"""The reader's address, where proxies may stand between."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

HEADER_MOST = 500  # characters; nearer proxies write further right, so the left is cut
WITH_PORT = re.compile(r"\[([^\]]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")

# Where proxies of one's own live. Not `is_private`: that has the documentation networks too.
PRIVATE = tuple(
    ip_network(cidr)
    for cidr in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
        *("127.0.0.0/8", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"),
    )
)


def resolve(peer: str, forwarded: str, trusted: Sequence[Network]) -> Address | None:
    """Who sent the request; None if that cannot be known.

    `peer` is REMOTE_ADDR, `forwarded` X-Forwarded-For. Only a trusted peer's header counts, and
    of it only what trusted proxies have written: a visitor may begin it with anything.
    """
    address = parse(peer)
    if address is None or is_hidden(peer, forwarded, trusted):
        return None
    if not _within(address, trusted):
        return address
    return _walk(address, trim(forwarded), trusted)


def is_hidden(peer: str, forwarded: str, trusted: Sequence[Network]) -> bool:
    """A proxy nobody told us of: its own address is not the reader's, its header not trusted."""
    address = parse(peer)
    if trusted or address is None:
        return False
    return bool(forwarded.strip()) and is_private(address)


def is_private(address: Address) -> bool:
    """Where many readers can seem to be one: a proxy of ours that says nothing of them."""
    return _within(address, PRIVATE)


def network(address: Address | None) -> str:
    """What counts as one sender: an IPv4 address, or the /64 that one IPv6 household has."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address.packed[:8] + bytes(8), 64)))
    return str(address or "")


def wider(address: Address | None) -> str:
    """The /48 that one IPv6 customer may have, with all its /64; nothing for IPv4."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address.packed[:6] + bytes(10), 48)))
    return ""


def trim(forwarded: str) -> str:
    """The right end of the header, in whole entries; "unknown" if not even one fits."""
    if len(forwarded) <= HEADER_MOST:
        return forwarded
    return forwarded[-HEADER_MOST:].partition(",")[2] or "unknown"


def parse(text: str) -> Address | None:
    """An address with or without port, brackets and zone; None for anything else."""
    try:
        address = ip_address(_bare(text.strip()))
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or IPv6Address(address.packed)  # without its zone
    return None if address.is_unspecified else address


def _bare(text: str) -> str:
    """The address alone in "1.2.3.4:5678", "[::1]:80" or "[::1]"."""
    match = WITH_PORT.fullmatch(text)
    return (match[1] or match[2]) if match else text


def _walk(address: Address, forwarded: str, trusted: Sequence[Network]) -> Address | None:
    """From our side outwards, to the first address that is not one of our proxies."""
    for entry in reversed(forwarded.split(",")) if forwarded.strip() else ():
        address = parse(entry)
        if address is None or not _within(address, trusted):
            return address
    return address


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
