"""Units and outcomes as an author sends them: without an id where they are new, with it where they are meant to stay.

Agreements, assessments and credits name units and outcomes by id, so an edit must not give known ones new ids.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.catalogue.domain.checks import check_unique
from shared.contracts.catalogue import LearningOutcome, OutcomeKind, Unit
from shared.problems import Error, error, refuse


@dataclass(frozen=True, kw_only=True)
class OutcomeEntry:
    outcome_id: UUID | None
    code: str
    kind: OutcomeKind
    statement: Mapping[str, str]
    required: bool


@dataclass(frozen=True, kw_only=True)
class UnitEntry:
    unit_id: UUID | None
    code: str
    title: Mapping[str, str]
    eqf_level: int
    compulsory: bool
    points: Decimal | None
    notional_hours: int | None
    outcomes: tuple[OutcomeEntry, ...]
    valid_from: date
    valid_until: date | None


def identify(entries: Sequence[UnitEntry], known: Sequence[Unit], ids: Iterator[UUID]) -> tuple[Unit, ...]:
    """The units with all their ids: known ones are kept, new ones come from `ids`, others are refused."""
    refuse(_check_ids(_unit_ids(entries), {unit.unit_id for unit in known}))
    refuse(_check_ids(_outcome_ids(entries), {outcome.outcome_id for unit in known for outcome in unit.outcomes}))
    return tuple(_unit(entry, ids) for entry in entries)


def _unit(entry: UnitEntry, ids: Iterator[UUID]) -> Unit:
    unit_id = entry.unit_id or next(ids)
    outcomes = tuple(_outcome(outcome, ids) for outcome in entry.outcomes)
    return Unit(**vars(entry) | {"unit_id": unit_id, "outcomes": outcomes})


def _outcome(entry: OutcomeEntry, ids: Iterator[UUID]) -> LearningOutcome:
    return LearningOutcome(**vars(entry) | {"outcome_id": entry.outcome_id or next(ids)})


def _unit_ids(entries: Sequence[UnitEntry]) -> list[tuple[str, UUID]]:
    return [(f"/units/{at}/unit_id", entry.unit_id) for at, entry in enumerate(entries) if entry.unit_id]


def _outcome_ids(entries: Sequence[UnitEntry]) -> list[tuple[str, UUID]]:
    return [
        (f"/units/{unit_at}/outcomes/{at}/outcome_id", outcome.outcome_id)
        for unit_at, unit in enumerate(entries)
        for at, outcome in enumerate(unit.outcomes)
        if outcome.outcome_id
    ]


def _check_ids(sent: Sequence[tuple[str, UUID]], known: set[UUID]) -> Iterator[Error]:
    for pointer, id_ in sent:
        if id_ not in known:
            yield error(pointer, "unknown", "Leave it out for what is new; ids are given here.")
    yield from check_unique(sent)
