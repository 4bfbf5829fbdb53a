"""What really took place abroad, as learner and host sign it afterwards (domain.md 2.3)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.agreements.domain.learning_agreement_terms import Terms
from shared.contracts.assessment import Method
from shared.problems import Error, error, refuse


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How some outcomes were evaluated; the results stand in the transcript."""

    method: Method
    criteria: str
    host_outcome_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class Break:
    """Days within the stay on which the learner was not there."""

    first_day: date
    last_day: date
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Account:
    """What learner and host sign; it may hold less than was agreed, and other tasks."""

    started_on: date
    ended_on: date
    programme: str
    tasks: tuple[str, ...]
    virtual_part: str | None = None
    host_outcome_ids: tuple[UUID, ...]
    """The outcomes that were worked on."""
    evaluations: tuple[Evaluation, ...]
    interruptions: tuple[Break, ...]
    hours: int
    """Spent on the programme, all together."""


def in_order(account: Account) -> Account:
    """The same account, lists sorted where their order says nothing (domain.md 3.7, iias#169)."""
    evaluations = (replace(one, host_outcome_ids=tuple(sorted(one.host_outcome_ids))) for one in account.evaluations)
    return replace(
        account,
        host_outcome_ids=tuple(sorted(account.host_outcome_ids)),
        evaluations=tuple(sorted(evaluations, key=lambda one: (one.method, one.host_outcome_ids, one.criteria))),
        interruptions=tuple(sorted(account.interruptions, key=lambda one: (one.first_day, one.last_day))),
    )


def check_plausible(account: Account, terms: Terms) -> None:
    """Only agreed outcomes, evaluated only where worked on, and interrupted only within the stay."""
    refuse([*_not_agreed(account, terms), *_not_worked_on(account), *_outside(account)])


def _not_agreed(account: Account, terms: Terms) -> Iterator[Error]:
    agreed = {pair.host_outcome_id for unit in terms.units for pair in unit.outcomes}
    for place, outcome_id in enumerate(account.host_outcome_ids):
        if outcome_id not in agreed:
            yield error(f"/host_outcome_ids/{place}", "not_agreed", "The learning agreement has no such outcome.")


def _not_worked_on(account: Account) -> Iterator[Error]:
    for place, evaluation in enumerate(account.evaluations):
        for outcome_place, outcome_id in enumerate(evaluation.host_outcome_ids):
            if outcome_id not in account.host_outcome_ids:
                pointer = f"/evaluations/{place}/host_outcome_ids/{outcome_place}"
                yield error(pointer, "not_worked_on", "It is not among the outcomes that were worked on.")


def _outside(account: Account) -> Iterator[Error]:
    for place, interruption in enumerate(account.interruptions):
        if interruption.first_day < account.started_on or interruption.last_day > account.ended_on:
            detail = f"The stay was from {account.started_on} to {account.ended_on}."
            yield error(f"/interruptions/{place}", "outside_stay", detail)
