"""Connections that only ever lead out: the address is checked when it is known, and no other one is connected to."""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import ip_address

import httpcore2

from services.notifications.domain.targets import is_public

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class TargetRefusedError(httpcore2.ConnectError):
    """The name stands for no public address (now)."""


class OutwardBackend(httpcore2.AsyncNetworkBackend):
    """Resolves a name itself, once, and connects to one of the public addresses that it found.

    So nothing can change between check and use. `allowed` holds exceptions, `host:port`. TLS still asks for a
    certificate of the name.
    """

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface of httpcore2
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._addresses(host, port)
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host} has no address") from error
        addresses = [str(sockaddr[0]) for *_, sockaddr in found]
        if f"{host}:{port}" not in self._allowed:
            addresses = [address for address in addresses if is_public(ip_address(address))]
        if not addresses:
            raise TargetRefusedError(f"{host} has no public address")
        return addresses
