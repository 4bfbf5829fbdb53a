"""How a memorandum stood on a day, by all that was heard of it (domain.md 3.1, R1)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from shared.contracts.agreements import (
    MemorandumActivated,
    MemorandumExpired,
    MemorandumResumed,
    MemorandumStep,
    MemorandumSuspended,
    MemorandumTerminated,
)

DAY = timedelta(days=1)


def in_force_since(versions: Iterable[MemorandumActivated]) -> date:
    """The first day of the first content that everybody approved: an amendment does not begin anew."""
    return min(max(one.valid_from, one.activated_on) for one in versions)


def last_day(memorandum: MemorandumActivated, steps: Sequence[MemorandumStep]) -> date:
    """The last day on which it is in force; what it says of itself, unless it was ended before."""
    ended = [one.occurred_on - DAY for one in steps if isinstance(one, MemorandumTerminated | MemorandumExpired)]
    return min([memorandum.valid_until, *ended])


def suspended_on(steps: Sequence[MemorandumStep], qualification_id: UUID, days: Iterable[date]) -> date | None:
    """The first of these days at whose end it is suspended, as a whole or for the qualification."""
    return next((day for day in sorted(days) if _suspended(steps, qualification_id, day)), None)


def _suspended(steps: Sequence[MemorandumStep], qualification_id: UUID, day: date) -> bool:
    suspended: set[UUID | None] = set()
    for step in sorted(steps, key=lambda one: one.version):
        if step.occurred_on > day:
            continue
        if isinstance(step, MemorandumSuspended):
            suspended |= set(_what(step))
        elif isinstance(step, MemorandumResumed):
            suspended -= set(_what(step))
    return not suspended.isdisjoint((None, qualification_id))


def _what(step: MemorandumSuspended | MemorandumResumed) -> Sequence[UUID | None]:
    """The qualifications concerned; None stands for the memorandum as a whole."""
    return (None,) if step.qualification_ids is None else step.qualification_ids
