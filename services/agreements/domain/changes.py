"""What a change of an agreed content changes, computed, and the reasons that have to be given for it (domain.md 2.7).

A proposal is always the whole new content (domain.md 3.7, las#40), so nothing about it is ambiguous; in which parts it
differs from what is in force is computed here and never typed in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from services.agreements.domain.change_reasons import IN_WORDS, OF_ONE_UNIT, REASONS, ChangeType, Reason
from services.agreements.domain.learning_agreement_terms import Terms, UnitAbroad, in_order
from shared.problems import Error, error, invalid, refuse

FIELDS: Mapping[str, ChangeType] = {
    "starts_on": ChangeType.DATES,
    "ends_on": ChangeType.DATES,
    "workplace": ChangeType.WORKPLACE,
    "language": ChangeType.LEARNER_DATA,
    "eqf_level": ChangeType.LEARNER_DATA,
    "nqf_level": ChangeType.LEARNER_DATA,
    "progress": ChangeType.LEARNER_DATA,
}
"""Of the terms besides units; the others are arrangements."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One part in which the new content is not the one in force."""

    type: ChangeType
    field: str
    unit_id: UUID | None = None
    before: Any = None
    after: Any = None


def differences(before: Terms, after: Terms) -> tuple[Difference, ...]:
    """In what `after` differs; the order of lists is no difference."""
    before, after = in_order(before), in_order(after)
    return (*_of_units(before.units, after.units), *_of_the_stay(before, after))


def check_explained(found: Sequence[Difference], reasons: Sequence[Reason]) -> None:
    """Something changes, each part of it for a reason of its kind, and no reason is for what does not change."""
    if not found:
        raise invalid("", "no_change", "It is what is agreed already.")
    refuse([*_unexplained(found, reasons), *_unfounded(found, reasons)], "The reasons do not explain the change.")


def asks_for_more(before: Terms, after: Terms) -> bool:
    """Whether memorandum and comparabilities have to carry anything that they did not carry before.

    What only shortens or gives up goes on under a memorandum that was suspended or ended meanwhile (domain.md 3.1), as
    long as it does not get too short for it (`check_duration`).
    """
    rests_on = ("memorandum_id", "memorandum_version", "qualification_id", "qualification_version")
    moved = any(getattr(before, name) != getattr(after, name) for name in rests_on)
    longer = after.starts_on < before.starts_on or after.ends_on > before.ends_on
    others = not after.institution_ids <= before.institution_ids
    old = {unit.unit_id: unit for unit in before.units}
    return moved or longer or others or any(_is_more(old.get(unit.unit_id), unit) for unit in after.units)


def _is_more(before: UnitAbroad | None, after: UnitAbroad) -> bool:
    if before is None:
        return True
    through = ("host_unit_id", "comparability_id", "comparability_version")
    others = any(getattr(before, name) != getattr(after, name) for name in through)
    return others or not set(after.outcomes) <= set(before.outcomes) or (after.automatic and not before.automatic)


def _of_units(before: Sequence[UnitAbroad], after: Sequence[UnitAbroad]) -> Iterator[Difference]:
    old, new = ({unit.unit_id: unit for unit in units} for units in (before, after))
    for unit_id in sorted(old.keys() - new.keys()):
        yield Difference(type=ChangeType.DELETE, field="units", unit_id=unit_id)
    for unit_id in sorted(new.keys() - old.keys()):
        yield Difference(type=ChangeType.INSERT, field="units", unit_id=unit_id)
    for unit_id in sorted(old.keys() & new.keys()):
        yield from _of_unit(old[unit_id], new[unit_id])


def _of_unit(before: UnitAbroad, after: UnitAbroad) -> Iterator[Difference]:
    """Through another unit of the host it is another one altogether; else outcomes come and go."""
    if before.host_unit_id != after.host_unit_id:
        yield _difference(ChangeType.SUBSTITUTE, "host_unit_id", before, after, before.unit_id)
        return
    if set(before.outcomes) - set(after.outcomes):
        yield _difference(ChangeType.DELETE, "outcomes", before, after, before.unit_id)
    if set(after.outcomes) - set(before.outcomes):
        yield _difference(ChangeType.INSERT, "outcomes", before, after, before.unit_id)
    for name in _unequal(before, after, besides="outcomes"):
        yield _difference(ChangeType.ARRANGEMENTS, name, before, after, before.unit_id)


def _of_the_stay(before: Terms, after: Terms) -> Iterator[Difference]:
    for name in _unequal(before, after, besides="units"):
        longer = name == "ends_on" and after.ends_on > before.ends_on
        type_ = ChangeType.EXTENSION if longer else FIELDS.get(name, ChangeType.ARRANGEMENTS)
        yield _difference(type_, name, before, after)


def _unequal(before: Any, after: Any, *, besides: str) -> Iterator[str]:
    for one in fields(before):
        if one.name != besides and getattr(before, one.name) != getattr(after, one.name):
            yield one.name


def _difference(type_: ChangeType, name: str, before: Any, after: Any, unit_id: UUID | None = None) -> Difference:
    return Difference(type=type_, field=name, unit_id=unit_id, before=getattr(before, name), after=getattr(after, name))


def _unexplained(found: Iterable[Difference], reasons: Sequence[Reason]) -> Iterator[Error]:
    for difference in found:
        if not any(_explains(reason, difference) for reason in reasons):
            what = f"the {difference.type} ({difference.field}{f' of {of}' if (of := difference.unit_id) else ''})"
            yield error("/reasons", "unexplained", f"Give a reason for {what}.")


def _unfounded(found: Sequence[Difference], reasons: Sequence[Reason]) -> Iterator[Error]:
    for place, reason in enumerate(reasons):
        if not any(_explains(reason, difference) for difference in found):
            yield error(f"/reasons/{place}", "nothing_of_this", f"The content has no such {reason.type}.")
        if reason.code is None and not (reason.type in IN_WORDS and reason.text):
            yield error(f"/reasons/{place}/code", "missing", f"One of: {', '.join(sorted(REASONS[reason.type]))}.")
        elif reason.code and reason.code not in REASONS[reason.type]:
            detail = f"It is no reason for {reason.type}. One of: {', '.join(sorted(REASONS[reason.type]))}."
            yield error(f"/reasons/{place}/code", "other_kind", detail)


def _explains(reason: Reason, difference: Difference) -> bool:
    if difference.type is ChangeType.ARRANGEMENTS:
        return True  # they follow from what they are made for
    if reason.type is ChangeType.SUBSTITUTE and difference.field == "units":
        named = {ChangeType.INSERT: reason.unit_id, ChangeType.DELETE: reason.instead_of}[difference.type]
        return named == difference.unit_id
    same_unit = difference.type not in OF_ONE_UNIT or reason.unit_id == difference.unit_id
    return reason.type is difference.type and same_unit
