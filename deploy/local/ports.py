import contextlib
import socket
from collections.abc import Callable, Collection

from deploy.local.errors import LocalError

# Below 32768, where Linux begins to hand out ports to outgoing connections (macOS: 49152).
LAST_PORT = 32767


def is_free(port: int) -> bool:
    with socket.socket() as caller:
        if caller.connect_ex(("127.0.0.1", port)) == 0:
            return False
    with socket.socket() as probe:
        # A port whose server has just ended is free, whatever its old connections still wait for.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def first_free_port(first: int, others: Collection[int] = (), is_free: Callable[[int], bool] = is_free) -> int:
    for port in range(first, LAST_PORT + 1):
        if port not in others and is_free(port):
            return port
    raise LocalError(f"No port between {first} and {LAST_PORT} is free on this machine.")


class Ports:
    """Which server has which port, by name. The dictionary given is the memory of it and is changed."""

    def __init__(
        self, kept: dict[str, int], say: Callable[[str], None], is_free: Callable[[int], bool] = is_free
    ) -> None:
        self._kept = kept
        self._say = say
        self._is_free = is_free

    def choose(self, name: str, *, first: int, wanted: int | None = None) -> int:
        """The port that is wanted, else the one kept from the last run, else the first free one from `first` on."""
        before = self._kept.get(name)
        port = wanted or before
        if port is None or not self._is_free(port):
            if wanted:
                raise LocalError(f"Port {wanted}, wanted for {name}, is taken by another program.")
            port = first_free_port(first, self._kept.values(), self._is_free)
            if before:
                self._say(f"{name}: port {before} is taken by another program by now, moving to {port}")
        self._kept[name] = port
        return port

    def listen(self, name: str, *, first: int, wanted: int | None = None) -> socket.socket:
        """On the port chosen, from now on: what starts at the same moment finds it taken."""
        while True:
            port = self.choose(name, first=first, wanted=wanted)
            with contextlib.suppress(OSError):  # somebody was quicker
                return socket.create_server(("127.0.0.1", port))
