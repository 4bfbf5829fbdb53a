"""Numbers of decisions that tell nothing about a single learner: groups of fewer than five are suppressed.

Decisions are grouped by partner, qualification and month, each as finely as one likes: partners also by country or all
together. Every group is the sum of finer ones, so a suppressed group could be computed from the groups beside it. All
groups of a year are therefore looked at together, whichever of them are asked for: as long as some sum gives a
suppressed group away, another one of it is suppressed, too. The same question always has the same answer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

FEWEST = 5
"""Learners that a group has to have."""


class Group(NamedTuple):
    """Which decisions: each member says more with each step, and nothing at all if it is empty.

    A tuple, since there may be many thousands to hash and to sort.
    """

    partner: tuple[str, ...] = ()
    """The host's country, then its id."""
    qualification: tuple[str, ...] = ()
    month: tuple[str, ...] = ()
    """As `2026-03`."""

    @property
    def wholes(self) -> Iterable[tuple[str, "Group"]]:
        """The groups that it is a part of, one step less fine in one member each."""
        for member, steps in zip(self._fields, self, strict=True):
            if steps:
                yield member, self._replace(**{member: steps[:-1]})


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Of decisions, each by what it has come to; they add up to `decisions`, but for `reviewed`."""

    decisions: int
    learners: int
    recognised: int
    """As agreed."""
    partially_recognised: int
    documented_only: int
    refused: int
    evidence_only: int
    revoked: int
    undecided: int
    """Under review or appealed against."""
    reviewed: int
    """Of all decisions: a person decided or has to decide, now or before."""
    median_days_from_last_day: Decimal | None
    """From the last day of assessment to the decision; None if none of them is decided."""
    median_days_from_transcript: Decimal | None


@dataclass(frozen=True)
class Counted:
    numbers: Numbers
    few: frozenset[UUID] = frozenset()
    """Its learners, where they are fewer than `FEWEST`."""

    @property
    def is_small(self) -> bool:
        return self.numbers.learners < FEWEST


class GroupBy(StrEnum):
    HOST_COUNTRY = "host_country"
    HOST = "host_id"
    QUALIFICATION = "qualification_id"
    MONTH = "month"


@dataclass(frozen=True)
class Line:
    """One group of the answer; no numbers: suppressed."""

    group: Group
    numbers: Numbers | None


Question = Mapping[GroupBy, str | None]
"""What is told apart, and if only one of it is wanted, which."""
Sums = Sequence[tuple[Group, Sequence[Group]]]
"""Groups with the parts that they are the sum of."""


def answer(counted: Mapping[Group, Counted], question: Question) -> list[Line]:
    """In the order of the groups."""
    hidden = suppressed(counted)
    wanted = sorted(group for group in counted if _is_asked_for(group, question))
    return [Line(group, None if group in hidden else counted[group].numbers) for group in wanted]


def suppressed(counted: Mapping[Group, Counted]) -> AbstractSet[Group]:
    """`counted`: all groups of a year, at every step."""
    hidden = {group for group, one in counted.items() if one.is_small}
    sums, before = _sums(counted), -1
    while len(hidden) > before:
        before = len(hidden)
        for whole, parts in sums:
            hidden |= _to_hide_besides(whole, parts, hidden, counted)
    return hidden


def _sums(groups: Iterable[Group]) -> Sums:
    """The coarsest first, since those are asked for most."""
    parts: dict[tuple[str, Group], list[Group]] = defaultdict(list)
    for group in sorted(groups):
        for member, whole in group.wholes:
            parts[member, whole].append(group)
    by_depth = sorted(parts.items(), key=lambda one: (sum(map(len, one[0][1])), one[0]))
    return [(whole, of_it) for (_, whole), of_it in by_depth]


def _to_hide_besides(
    whole: Group, parts: Collection[Group], hidden: AbstractSet[Group], counted: Mapping[Group, Counted]
) -> AbstractSet[Group]:
    """The smallest part that is shown, or the whole itself, where what is hidden could be computed from the rest."""
    unknown = [part for part in parts if part in hidden]
    if _tells_nothing(unknown, counted) if whole not in hidden else unknown:
        return frozenset()
    shown = [part for part in parts if part not in hidden]
    return {min(shown, key=lambda part: (counted[part].numbers.learners, part), default=whole)}


def _tells_nothing(unknown: Sequence[Group], counted: Mapping[Group, Counted]) -> bool:
    """The sum of what is hidden can be computed: it has to be of several groups, and of learners enough."""
    learners = frozenset[UUID]().union(*(counted[part].few for part in unknown))
    enough = len(learners) >= FEWEST or any(not counted[part].is_small for part in unknown)
    return not unknown or (len(unknown) > 1 and enough)


def _is_asked_for(group: Group, question: Question) -> bool:
    country, host = (*group.partner, None, None)[:2]
    (qualification,), (month,) = group.qualification or (None,), group.month or (None,)
    has = {
        GroupBy.HOST_COUNTRY: country,
        GroupBy.HOST: host,
        GroupBy.QUALIFICATION: qualification,
        GroupBy.MONTH: month,
    }
    told_apart = set(question) | ({GroupBy.HOST_COUNTRY} if GroupBy.HOST in question else set())
    if {by for by, value in has.items() if value is not None} != told_apart:
        return False
    return all(wanted in (None, has[by]) for by, wanted in question.items())
