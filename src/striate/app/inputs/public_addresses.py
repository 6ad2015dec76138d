"""Which addresses belong to machines of the public internet, by the registries of IANA, however they are written.

IPv4: all but the blocks of the special-purpose registry that are not globally reachable, and multicast.
IPv6: the block 2000::/3 of global unicast alone, less its special-purpose parts; all else is local, reserved or not assigned
(also site-local fec0::/10, IPv4-compatible ::/96, and NAT64's local prefix 64:ff9b:1::/48). One that carries IPv4 addresses is
public where each of these is: mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96), 6to4 (2002::/16), Teredo (2001::/32), ISATAP.
Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 6890, 6052, 8215, 3056, 4380, 5214.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Blocks that the registries do not call globally reachable, and those that the standard library of some Python lacks.
_CLOSED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20",
        ),
    )
)  # fmt: skip
_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_TEREDO = ip_network("2001::/32")


def public(address: str) -> bool:
    """Return whether ``address``, IPv4 or IPv6 as text, is one of the public internet; False for what is not an address."""
    try:
        number = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(number, IPv4Address):
        return _open(number)
    inside = _carried(number)
    if number.ipv4_mapped is not None or number.sixtofour is not None or number in _NAT64 or number in _TEREDO:
        return all(
            map(_open, inside)
        )  # of 6to4 and these, the standard libraries of several Pythons say different things
    return number in _UNICAST and _open(number) and all(map(_open, inside))


def _open(number: IPv4Address | IPv6Address) -> bool:
    """Return whether ``number`` lies outside every closed block, by the registries and by the standard library."""
    return number.is_global and not number.is_multicast and not any(number in block for block in _CLOSED)


def _carried(number: IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that ``number`` carries."""
    found = [number.ipv4_mapped, number.sixtofour, *(number.teredo or ())]
    if number in _NAT64 or (int(number) >> 32) & 0xFCFFFFFF == 0x5EFE:  # ISATAP, whose first bits say little
        found.append(IPv4Address(int(number) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]
