"""How grades are distributed."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.contracts.catalogue.topic import TOPIC
from shared.contracts.facts import Fact, fact, part


@part
class Grade:
    """One grade of a scale, or one interval of marks."""

    label: str
    passing: bool
    lowest: Decimal | None = None
    """The interval's marks, both included, where the scale is one of numbers."""
    highest: Decimal | None = None


@part
class GradeShare:
    grade: Grade
    share: Decimal
    """Of those who passed, 0 to 1; 0 for a grade that fails."""


@fact("acquis.grade-table.published.v1", topic=TOPIC, subject="grade_table_id")
class GradeTablePublished(Fact):
    """How an institution's grades are distributed over those who passed, in one field of study (domain.md 4.7)."""

    grade_table_id: UUID
    version: int
    institution_id: UUID
    country: str
    grade_scale_id: UUID
    grade_scale: str
    """The scale's code, as results name it."""
    isced_f: str | None
    """The field of study; None for all."""
    period_from: date
    period_until: date
    sample_size: int
    """How many results it rests on."""
    shares: tuple[GradeShare, ...]
    """Best grade first; those of the passing grades sum to 1."""
