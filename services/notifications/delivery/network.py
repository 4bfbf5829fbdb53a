"""Sockets that only ever lead out: the address is checked at the last moment, when it is about to be connected to."""

import socket
from ipaddress import ip_address

from aiohttp import AddrInfoType

from services.notifications.domain.targets import is_public


class TargetRefusedError(OSError):
    """The name stands for no public address (now)."""


def public_socket(address: AddrInfoType) -> socket.socket:
    """A socket for the address that aiohttp is about to connect to: one of those that a name stands for, or is itself.

    So nothing can change between check and use. TLS still asks for a certificate of the name.
    """
    family, kind, protocol, _, (host, *_) = address
    if not is_public(ip_address(host)):
        raise TargetRefusedError("Not on the public internet.")
    return socket.socket(family, kind, protocol)
