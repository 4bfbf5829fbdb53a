"""The last 24 hours as bars: how many deliveries were queued in each hour, and what has become of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.deliveries import DeliveryState
from services.notifications.store import Hours

HOURS = 24
STEP, WIDTH, HEIGHT = 20, 16, 100
FATES: Mapping[str, frozenset[DeliveryState]] = {
    "arrived": frozenset({DeliveryState.DELIVERED}),
    "waiting": frozenset({DeliveryState.QUEUED, DeliveryState.DELIVERING, DeliveryState.RETRY}),
    "lost": frozenset({DeliveryState.DEAD_LETTER}),
}
"""From the bottom of a bar to its top."""


@dataclass(frozen=True)
class Part:
    """A rectangle of the drawing."""

    fate: str
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Hour:
    begins: datetime
    numbers: Mapping[str, int]
    """By fate."""


@dataclass(frozen=True)
class Chart:
    hours: Sequence[Hour]
    parts: Sequence[Part]
    most: int
    """Deliveries in the busiest hour."""

    def total(self, fate: str) -> int:
        return sum(hour.numbers[fate] for hour in self.hours)


def begin(now: datetime) -> datetime:
    """Of the first of the hours that are shown; the last one is the one under way."""
    return now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)


def draw(counted: Hours, now: datetime) -> Chart:
    hours = [_hour(begin(now) + timedelta(hours=place), counted) for place in range(HOURS)]
    most = max(sum(hour.numbers.values()) for hour in hours)
    parts = [part for place, hour in enumerate(hours) for part in _bar(place, hour, most)]
    return Chart(hours, parts, most)


def _hour(begins: datetime, counted: Hours) -> Hour:
    states = counted.get(begins, {})
    return Hour(begins, {fate: sum(states.get(state, 0) for state in those) for fate, those in FATES.items()})


def _bar(place: int, hour: Hour, most: int) -> list[Part]:
    parts, top = [], float(HEIGHT)
    for fate, number in hour.numbers.items():
        if number:
            height = round(number / most * HEIGHT, 1)
            top -= height
            parts.append(Part(fate, place * STEP + (STEP - WIDTH) // 2, round(top, 1), height))
    return parts
