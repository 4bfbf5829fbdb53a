"""What can be done to a stage."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Strike = Callable[[float], Awaitable[None]]
"""Breaks something for so many seconds and puts it right again, as whoever operates it would."""


@dataclass(frozen=True)
class Fault:
    kind: str
    victim: str
    strike: Strike
    impossible: str | None = None
    """Why it cannot be tried on this machine."""

    @property
    def name(self) -> tuple[str, str]:
        return self.kind, self.victim
