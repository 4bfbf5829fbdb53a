"""Units and outcomes as an author sends them: without an id where they are new, with it where they are meant to stay.

Agreements, assessments and credits name units and outcomes by id, so an edit must not give known ones new ids. A unit
may also be one that another qualification has published: it is common to both (Recommendation 18.6.2009, Annex II).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.catalogue.domain.checks import check_unique
from services.catalogue.domain.shared_units import check_shared
from shared.contracts.catalogue import Coverage, LearningOutcome, OutcomeKind, Unit
from shared.problems import Error, error, refuse


@dataclass(frozen=True, kw_only=True)
class OutcomeEntry:
    outcome_id: UUID | None
    code: str
    kind: OutcomeKind
    statement: Mapping[str, str]
    required: bool
    weight: Decimal | None = None
    esco_uris: tuple[str, ...] | None = None


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
    """None for a unit that is common to another qualification: those of that unit."""
    valid_from: date
    valid_until: date | None
    coefficient: Decimal | None = None
    prerequisite_ids: tuple[UUID, ...] | None = None
    minimum_optional_outcomes: int | None = None
    isced_f: str | None = None
    esco_uris: tuple[str, ...] | None = None
    assessment: Mapping[str, str] | None = None
    coverage: Coverage | None = None
    credit_validity_years: int | None = None
    eliminatory_mark: Decimal | None = None
    bonus: bool | None = None


def identify(
    entries: Sequence[UnitEntry], known: Sequence[Unit], ids: Iterator[UUID], *, elsewhere: Sequence[Unit] = ()
) -> tuple[Unit, ...]:
    """The units with all their ids: known ones are kept, new ones come from `ids`, others are refused.

    `elsewhere` are units that another qualification published first.
    """
    there = (*known, *elsewhere)
    refuse(_check_ids(_unit_ids(entries), {unit.unit_id for unit in there}))
    refuse(_check_ids(_outcome_ids(entries), {outcome.outcome_id for unit in there for outcome in unit.outcomes}))
    common = {unit.unit_id: unit.outcomes for unit in elsewhere}
    units = tuple(_unit(entry, ids, common) for entry in entries)
    refuse(check_shared(units, elsewhere))
    return units


def _unit(entry: UnitEntry, ids: Iterator[UUID], common: Mapping[UUID, tuple[LearningOutcome, ...]]) -> Unit:
    unit_id = entry.unit_id or next(ids)
    outcomes = tuple(_outcome(outcome, ids) for outcome in entry.outcomes) or common.get(unit_id, ())
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
