"""Checks that several rules share."""

from collections.abc import Hashable, Iterable, Iterator
from datetime import date

from shared.problems import Error, error


def check_period(valid_from: date, valid_until: date | None, pointer: str = "") -> Iterator[Error]:
    """`pointer` is where the two dates are."""
    if valid_until is not None and valid_until < valid_from:
        yield error(f"{pointer}/valid_until", "before_valid_from", "It ends before it begins.")


def check_unique(values: Iterable[tuple[str, Hashable]]) -> Iterator[Error]:
    """`values` are pairs of a pointer and the value there."""
    seen: set[Hashable] = set()
    for pointer, value in values:
        if value in seen:
            yield error(pointer, "duplicate", f"{value} stands there twice.")
        seen.add(value)
