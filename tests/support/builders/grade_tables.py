"""How grades are distributed in France and Germany (domain.md 4.7), as the catalogue says it of an institution."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared import ids
from shared.contracts.catalogue import Grade, GradeShare, GradeTablePublished
from tests.support.builders.catalogue import an_id

GRADES: dict[str, Sequence[tuple[str, str, str, str]]] = {
    "FR-20": (
        ("16-20", "0.10", "16", "20"),
        ("14-15.9", "0.20", "14", "15.9"),
        ("12-13.9", "0.35", "12", "13.9"),
        ("10-11.9", "0.35", "10", "11.9"),
        ("0-9.9", "0", "0", "9.9"),
    ),
    "DE-6": (
        ("1", "0.12", "1", "1"),
        ("2", "0.33", "2", "2"),
        ("3", "0.35", "3", "3"),
        ("4", "0.20", "4", "4"),
        ("5-6", "0", "5", "6"),
    ),
}
"""Label, share, lowest and highest mark; the last one fails."""


def grade_table(institution_id: UUID, grade_scale: str, **changes: Any) -> GradeTablePublished:
    """Of all fields of study."""
    grades = GRADES[grade_scale]
    usual: dict[str, Any] = {
        "grade_table_id": ids.new_id(),
        "version": 2,
        "institution_id": institution_id,
        "country": grade_scale[:2],
        "grade_scale_id": an_id(f"scale/{grade_scale}"),
        "grade_scale": grade_scale,
        "isced_f": None,
        "period_from": date(2023, 9, 1),
        "period_until": date(2025, 6, 30),
        "sample_size": 120,
        "shares": tuple(
            GradeShare(
                grade=Grade(
                    label=label, passing=label != grades[-1][0], lowest=Decimal(lowest), highest=Decimal(highest)
                ),
                share=Decimal(share),
            )
            for label, share, lowest, highest in grades
        ),
    }
    return GradeTablePublished(**usual | changes)
