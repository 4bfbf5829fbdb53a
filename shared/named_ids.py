"""Identifiers of what follows from something else: the same whenever it follows, so that hearing again repeats nothing.

A service whose database was restored hears again what came since, and says again under the same ids what it said.
"""

from collections.abc import Callable
from hashlib import sha256
from itertools import count
from uuid import UUID

MILLISECONDS = 0xFFFF_FFFF_FFFF << 80
VERSION_7 = 7 << 76
VARIANT = 0b10 << 62
ORDER = 0xFFF
"""RFC 9562 lets the 12 bits after the version tell what comes first within a millisecond."""
REST = (1 << 62) - 1


def id_from(origin: UUID, *names: object, place: int = 0) -> UUID:
    """A UUIDv7 that sorts as if made with its origin; `place` is its place among what follows from that."""
    named = "/".join(map(str, (origin, *names)))
    rest = int.from_bytes(sha256(named.encode()).digest()[:8], "big") & REST
    return UUID(int=origin.int & MILLISECONDS | VERSION_7 | (place & ORDER) << 64 | VARIANT | rest)


def ids_from(origin: UUID, *names: object) -> Callable[[], UUID]:
    """One such id after the other, in this order."""
    places = count()

    def following() -> UUID:
        place = next(places)
        return id_from(origin, *names, place, place=place)

    return following
