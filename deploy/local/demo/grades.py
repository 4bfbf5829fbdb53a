"""How grades are distributed at the schools of the demo world (domain.md 4.7, sample-data.md 5)."""

from typing import Any


def _grade(
    label: str, share: str, lowest: str | None = None, highest: str | None = None, *, passing: bool = True
) -> dict[str, Any]:
    return {"label": label, "share": share, "passing": passing, "lowest": lowest, "highest": highest}


GRADES: dict[str, tuple[dict[str, Any], tuple[dict[str, Any], ...]]] = {
    "mt": (
        {"country": "MT", "code": "MT-A-F", "title": {"en": "Grades from A to F"}},
        (
            _grade("A", "0.10"),
            _grade("B", "0.25"),
            _grade("C", "0.30"),
            _grade("D", "0.25"),
            _grade("E", "0.10"),
            _grade("F", "0", passing=False),
        ),
    ),
    "fr": (
        {"country": "FR", "code": "FR-20", "title": {"en": "Marks of 20", "fr": "Notes sur 20"}},
        (
            _grade("16-20", "0.10", "16", "20"),
            _grade("14-15.9", "0.20", "14", "15.9"),
            _grade("12-13.9", "0.35", "12", "13.9"),
            _grade("10-11.9", "0.35", "10", "11.9"),
            _grade("0-9.9", "0", "0", "9.9", passing=False),
        ),
    ),
    "de": (
        {"country": "DE", "code": "DE-6", "title": {"en": "Grades from 1 to 6", "de": "Noten von 1 bis 6"}},
        (
            _grade("1", "0.12", "1", "1"),
            _grade("2", "0.33", "2", "2"),
            _grade("3", "0.35", "3", "3"),
            _grade("4", "0.20", "4", "4"),
            _grade("5-6", "0", "5", "6", passing=False),
        ),
    ),
}
"""Institution → its country's scale, and the share of each grade among its results (domain.md 4.7)."""
PERIOD = {"period_from": "2023-09-01", "period_until": "2025-06-30", "isced_f": "0612", "sample_size": 120}
"""What the shares are of."""
