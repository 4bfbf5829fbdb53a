"""Who is old enough for what."""

from datetime import date

MAJORITY = 18
"""Years; the same in every country that takes part."""


def age_on(day: date, birth_date: date) -> int:
    """Completed years of life; who was born on 29 February is a year older on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def is_minor(birth_date: date, day: date) -> bool:
    return age_on(day, birth_date) < MAJORITY
