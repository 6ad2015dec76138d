"""Which addresses are public: every block of the registries, and every way in which IPv6 carries IPv4."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest

from striate.app.inputs.public_addresses import public

# First and last of each block that is not public, and the neighbours that are, by the registries' tables.
CLOSED = """
0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0 127.255.255.255 169.254.0.0
169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.0
192.88.99.255 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255
224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255
:: ::1 fe80:: fe80::1%eth0 febf:ffff:: fec0:: fec0::1 feff::1 fc00:: fdff:ffff:: ff00:: ff02::1 ffff:: 100:: 100::1
100:0:0:1::1 2001:db8:: 2001:db8:ffff:: 3fff:: 3fff:fff:ffff:: 5f00::1 2001:1::4 2001:2::1 2001:10::1 2001:20::1 4000::1
e000::1 200::1 64:ff9b:1:: 64:ff9b:1::8.8.8.8 64:ff9b:1:fffe::1 64:ff9b:2::8.8.8.8
::127.0.0.1 ::10.0.0.1 ::8.8.8.8 ::808:808 ::ffff:0:8.8.8.8 ::ffff:0:0:8.8.8.8
"""
OPEN = """
1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255
172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
8.8.8.8 2606:2800:21f:cb07:6820:80da:af6b:8b2c 2001:200::1 2a00:1450:4001::1 2001:db7:ffff:: 2001:db9:: 2620:4f:8000::1
"""
CARRIERS = {
    "mapped": lambda inner: IPv6Address((0xFFFF << 32) | inner),
    "NAT64": lambda inner: IPv6Address((0x64FF9B << 96) | inner),
    "6to4": lambda inner: IPv6Address((0x2002 << 112) | inner << 80 | 1),
    "Teredo, its client": lambda inner: IPv6Address(0x20010000 << 96 | 0x08080808 << 64 | (inner ^ 0xFFFFFFFF)),
    "Teredo, its server": lambda inner: IPv6Address(0x20010000 << 96 | inner << 64 | (0x08080808 ^ 0xFFFFFFFF)),
    "ISATAP": lambda inner: IPv6Address(0x2A001450 << 96 | 0x5EFE << 32 | inner),
    "ISATAP of a global address": lambda inner: IPv6Address(0x2A001450 << 96 | 0x02005EFE << 32 | inner),
}


@pytest.mark.parametrize("address", CLOSED.split())
def test_a_closed_address_is_not_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", OPEN.split())
def test_an_open_address_is_public(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_what_is_carried_is_judged_in_both_ways_of_writing(carrier: str) -> None:
    closed = [word for word in CLOSED.split() if ":" not in word]
    opened = [word for word in OPEN.split() if ":" not in word]
    for word, expected in [*((word, False) for word in closed), *((word, True) for word in opened)]:
        made = CARRIERS[carrier](int(IPv4Address(word)))
        dotted = f"{made.exploded[:29]}:{IPv4Address(int(made) & 0xFFFFFFFF)}"
        assert IPv6Address(dotted) == made
        for text in (str(made), made.exploded, dotted, str(made).upper()):
            assert public(text) is expected, text


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0177.0.0.1", "0x7f000001", "1.2.3", "::g", "1.2.3.4.5", "[::1]"]
)
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not public(text)
