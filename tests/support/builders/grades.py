"""The French marks of domain.md 4.7, and how an institution's results are distributed over them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.catalogue.domain.grade_scales import GradeScale
from services.catalogue.domain.grade_tables import ShareEntry, TableContent
from shared.contracts.catalogue import Grade
from tests.support.builders.catalogue import an_id

INTERVALS = (("16-20", "16", "20"), ("14-15.9", "14", "15.9"), ("12-13.9", "12", "13.9"), ("10-11.9", "10", "11.9"))
SHARES = ("0.10", "0.20", "0.35", "0.35", "0")
"""Of the intervals, and of those who failed."""


def scale_body(**members: Any) -> dict[str, Any]:
    marks = [(*interval, True) for interval in INTERVALS] + [("0-9.9", "0", "9.9", False)]
    grades = [
        {"label": label, "passing": passing, "lowest": lowest, "highest": highest}
        for label, lowest, highest, passing in marks
    ]
    usual = {"institution_id": None, "country": "FR", "code": "FR-20", "title": {"en": "Marks of 20"}}
    return usual | {"grades": grades} | members


def table_body(institution_id: UUID | str, grade_scale_id: UUID | str, **members: Any) -> dict[str, Any]:
    labels = [grade["label"] for grade in scale_body()["grades"]]
    usual = {
        "institution_id": str(institution_id),
        "grade_scale_id": str(grade_scale_id),
        "isced_f": "0612",
        "period_from": "2023-09-01",
        "period_until": "2025-06-30",
        "sample_size": 412,
        "shares": [{"label": label, "share": share} for label, share in zip(labels, SHARES, strict=True)],
    }
    return usual | members


def grade_scale(**members: Any) -> GradeScale:
    grades = tuple(
        Grade(
            label=one["label"],
            passing=one["passing"],
            lowest=Decimal(one["lowest"]),
            highest=Decimal(one["highest"]),
        )
        for one in scale_body()["grades"]
    )
    usual = scale_body() | {"grade_scale_id": an_id("scale/FR-20"), "version": 1, "grades": grades}
    return GradeScale(**usual | members)


def table_content(shares: Sequence[str] = SHARES, **members: Any) -> TableContent:
    scale = grade_scale()
    usual: dict[str, Any] = {
        "grade_scale_id": scale.grade_scale_id,
        "isced_f": "0612",
        "period_from": date(2023, 9, 1),
        "period_until": date(2025, 6, 30),
        "sample_size": 412,
        "shares": tuple(
            ShareEntry(label=grade.label, share=Decimal(share))
            for grade, share in zip(scale.grades, shares, strict=True)
        ),
    }
    return TableContent(**usual | members)
