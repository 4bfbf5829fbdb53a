"""How long personal data are kept, and on what ground (GDPR, Articles 5(1)(e) and 6(1))."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.agreements.domain.learners import Learner


class Basis(StrEnum):
    LEARNING_AGREEMENT = "learning_agreement"
    """To carry out what was agreed, and to be able to show it afterwards."""
    REGISTRATION = "registration"
    """To prepare an agreement, of which there is none yet."""


@dataclass(frozen=True)
class Periods:
    """In years."""

    after_agreement: int
    without_agreement: int


@dataclass(frozen=True)
class Retention:
    basis: Basis
    until: date
    """The last day on which the personal data are kept."""


def retention(learner: Learner, periods: Periods) -> Retention | None:
    """None for who has been erased."""
    if learner.erased_at:
        return None
    if learner.last_agreed_day:
        return Retention(Basis.LEARNING_AGREEMENT, anniversary(learner.last_agreed_day, periods.after_agreement))
    return Retention(Basis.REGISTRATION, anniversary(learner.registered_at.date(), periods.without_agreement))


def is_over(learner: Learner, periods: Periods, today: date) -> bool:
    kept = retention(learner, periods)
    return kept is not None and kept.until < today


def anniversary(day: date, years: int) -> date:
    """So many years later; what was on 29 February is so long ago on 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
