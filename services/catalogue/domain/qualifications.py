"""Qualifications made of units of learning outcomes (domain.md 2.6): drafted by who may, immutable once published."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.catalogue.domain.entries import UnitEntry, identify
from services.catalogue.domain.institutions import Institution
from shared.contracts.catalogue import EcvetFunction, Unit
from shared.problems import NotCompetent
from shared.transitions import following


class QualificationState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class QualificationCommand(StrEnum):
    EDIT = "edit"
    PUBLISH = "publication"


TRANSITIONS = {
    (QualificationState.DRAFT, QualificationCommand.EDIT): QualificationState.DRAFT,
    (QualificationState.DRAFT, QualificationCommand.PUBLISH): QualificationState.PUBLISHED,
}


@dataclass(frozen=True, kw_only=True)
class QualificationDescription:
    """All that its author says about it, except for its units."""

    awarding_body_id: UUID
    country: str
    title: Mapping[str, str]
    eqf_level: int
    nqf_level: str | None
    isced_f: str
    points: Decimal | None
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, kw_only=True)
class QualificationSummary(QualificationDescription):
    """As it stands in a list."""

    qualification_id: UUID
    version: int
    owner_id: UUID
    """The institution that wrote it."""
    state: QualificationState


@dataclass(frozen=True, kw_only=True)
class Qualification(QualificationSummary):
    units: tuple[Unit, ...]


def draft(
    description: QualificationDescription,
    units: Sequence[UnitEntry],
    *,
    owner: Institution | None,
    ids: Iterator[UUID],
) -> Qualification:
    if owner is None or not owner.holds(EcvetFunction.DESIGNS_QUALIFICATIONS, EcvetFunction.AWARDS_QUALIFICATIONS):
        raise NotCompetent("Only an institution that designs or awards qualifications can draft one.")
    return Qualification(
        qualification_id=next(ids),
        version=1,
        owner_id=owner.institution_id,
        state=QualificationState.DRAFT,
        units=identify(units, (), ids),
        **vars(description),
    )


def edit(
    qualification: Qualification,
    description: QualificationDescription,
    units: Sequence[UnitEntry],
    *,
    ids: Iterator[UUID],
) -> Qualification:
    """The draft with a new content as a whole."""
    return replace(
        qualification,
        state=following(TRANSITIONS, qualification.state, QualificationCommand.EDIT),
        version=qualification.version + 1,
        units=identify(units, qualification.units, ids),
        **vars(description),
    )
