"""How grades are distributed over those who passed, so that grades of two scales can be compared (domain.md 4.7)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.catalogue.domain.checks import check_unique
from services.catalogue.domain.facts import say
from services.catalogue.domain.grade_scales import GradeScale
from services.catalogue.domain.institutions import Institution
from shared.contracts.catalogue import GradeShare, GradeTablePublished
from shared.problems import Error, error, invalid, refuse
from shared.transitions import following

ENOUGH = 50
"""Fewer results than these say little (domain.md 4.7)."""
TWO_ACADEMIC_YEARS = timedelta(days=600)
"""Of ten months each, and the summer between them."""


class TableState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class TableCommand(StrEnum):
    EDIT = "edit"
    PUBLISH = "publication"


TRANSITIONS = {
    (TableState.DRAFT, TableCommand.EDIT): TableState.DRAFT,
    (TableState.DRAFT, TableCommand.PUBLISH): TableState.PUBLISHED,
}


@dataclass(frozen=True, kw_only=True)
class ShareEntry:
    label: str
    share: Decimal


@dataclass(frozen=True, kw_only=True)
class TableContent:
    """What its author says; the scale's grades are named by their labels."""

    grade_scale_id: UUID
    isced_f: str | None
    period_from: date
    period_until: date
    sample_size: int
    shares: tuple[ShareEntry, ...]


@dataclass(frozen=True, kw_only=True)
class GradeTable:
    grade_table_id: UUID
    version: int
    state: TableState
    institution_id: UUID
    country: str
    grade_scale_id: UUID
    grade_scale: str
    isced_f: str | None
    period_from: date
    period_until: date
    sample_size: int
    shares: tuple[GradeShare, ...]

    @property
    def small_sample(self) -> bool:
        return self.sample_size < ENOUGH

    @property
    def short_period(self) -> bool:
        return self.period_until - self.period_from < TWO_ACADEMIC_YEARS


def draft(
    content: TableContent, scale: GradeScale | None, institution: Institution, grade_table_id: UUID
) -> GradeTable:
    return GradeTable(
        grade_table_id=grade_table_id,
        version=1,
        state=TableState.DRAFT,
        institution_id=institution.institution_id,
        country=institution.country,
        **_content(content, scale, institution.institution_id, institution.country),
    )


def edit(table: GradeTable, content: TableContent, scale: GradeScale | None) -> GradeTable:
    return replace(
        table,
        state=following(TRANSITIONS, table.state, TableCommand.EDIT),
        version=table.version + 1,
        **_content(content, scale, table.institution_id, table.country),
    )


def publish(table: GradeTable, on: date) -> tuple[GradeTable, list[GradeTablePublished]]:
    """For good. A distribution rests on results that are there."""
    state = following(TRANSITIONS, table.state, TableCommand.PUBLISH)
    if table.period_until > on:
        raise invalid("/period_until", "not_over", "The period is not over yet.")
    published = replace(table, state=state, version=table.version + 1)
    return published, [say(GradeTablePublished, published)]


def _content(content: TableContent, scale: GradeScale | None, institution_id: UUID, country: str) -> dict[str, Any]:
    """`scale` is None if there is none with that id."""
    if scale is None or scale.country != country or scale.institution_id not in {None, institution_id}:
        raise invalid("/grade_scale_id", "unknown", "Neither the institution nor its country has this scale.")
    refuse(_check(content, scale))
    grades = {grade.label: grade for grade in scale.grades}
    shares = {entry.label: GradeShare(grade=grades[entry.label], share=entry.share) for entry in content.shares}
    return vars(content) | {"grade_scale": scale.code, "shares": tuple(shares[label] for label in grades)}


def _check(content: TableContent, scale: GradeScale) -> Iterator[Error]:
    if content.period_until < content.period_from:
        yield error("/period_until", "before_period_from", "It ends before it begins.")
    labels = [entry.label for entry in content.shares]
    yield from check_unique((f"/shares/{at}/label", label) for at, label in enumerate(labels))
    passing = {grade.label: grade.passing for grade in scale.grades}
    for at, entry in enumerate(content.shares):
        if entry.label not in passing:
            yield error(f"/shares/{at}/label", "unknown", f"The scale {scale.code} has no such grade.")
        elif not passing[entry.label] and entry.share:
            yield error(f"/shares/{at}/share", "failing", "Shares are of those who passed: 0 for a grade that fails.")
    for label in passing:
        if label not in labels:
            yield error("/shares", "missing", f"Say the share of the grade {label} too, be it 0.")
    total = sum((entry.share for entry in content.shares if passing.get(entry.label)), Decimal(0))
    if total != 1:
        yield error("/shares", "sum", f"The shares of the grades that pass are {total} together, not 1.")
