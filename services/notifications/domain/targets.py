"""Where webhooks may go: never into the network that they come from.

The address is checked when a subscription is made, as far as the text tells, and again at each connection, on the
address that the name really stands for then (`services.notifications.delivery.network`).
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from shared.problems import TargetNotAllowed

PORTS = {443, 8443}
LONGEST = 2_000
PRINTABLE = re.compile(r"[!-\[\]-~]+")
"""ASCII without space, controls and the backslash, which URL parsers read differently."""
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"({LABEL}\.)+[a-z]({LABEL})?")
"""A name of at least two labels that does not end in a number: `127.1` and `0x7f.1` are addresses to a resolver."""

GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
NEVER = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Protocol assignments, the old 6to4 relays, documentation: not every Python knows all of them to be special."""

Address = IPv4Address | IPv6Address


def check_url(url: str, allowed: frozenset[str]) -> None:
    """`TargetNotAllowed` unless it is https to a public host's usual ports; `allowed` holds exceptions, `host:port`."""
    parts = _split(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme in {"http", "https"} and f"{host}:{port}" in allowed:
        return
    if parts.scheme != "https":
        raise TargetNotAllowed("Use https.")
    if (443 if port is None else port) not in PORTS:
        raise TargetNotAllowed(f"Use one of the ports {', '.join(map(str, sorted(PORTS)))}.")
    literal = _literal(host)
    if not (is_public(literal) if literal else NAME.fullmatch(host)):
        raise TargetNotAllowed("Use the name of a host on the public internet.")


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST or not PRINTABLE.fullmatch(url):
        raise TargetNotAllowed(f"Use printable ASCII, at most {LONGEST} characters; punycode for other alphabets.")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise TargetNotAllowed("This is not the address of a web page.") from error
    if "@" in parts.netloc or parts.fragment:
        raise TargetNotAllowed("Leave credentials and fragments out of it.")
    return parts


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Whether it is global unicast, also after everything that carries an IPv4 address inside is unwrapped."""
    if any(address in network for network in NEVER if network.version == address.version):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    inside = _inside(address)
    if inside:
        return all(map(is_public, inside))
    return address in GLOBAL_UNICAST and address.is_global


def _inside(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that packets to this one may end at: mapped, 6to4, Teredo (server and client), NAT64."""
    if address in NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    return [one for one in found if one]
