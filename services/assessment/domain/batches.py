"""Many results at once: a class of two hundred, some by one person and confirmed by another (domain.md 2.4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.assessment.domain import assessing
from services.assessment.domain.assessing import Actor, Found
from services.assessment.domain.assessments import Assessment, State
from services.assessment.domain.learning_agreements import LearningAgreement
from services.assessment.domain.reports import Report
from shared.contracts.assessment import AssessmentConfirmed
from shared.problems import Error, Forbidden, Problem, Validation, VersionMismatch, error


class Mode(StrEnum):
    ALL = "all"
    """Every item, or none where one is refused."""
    EACH = "each"
    """Those that are good."""


class Done(StrEnum):
    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    """Recorded before or now, and confirmed now."""
    UNCHANGED = "unchanged"
    """All of it had been done already."""


@dataclass(frozen=True, kw_only=True)
class Item:
    assessment_id: UUID
    version: int
    """That was last read; it does not matter where the same content is recorded already."""
    report: Report
    found: Found
    confirm: bool


@dataclass(frozen=True)
class Sender:
    """Who sends the items, and what the roles allow."""

    actor: Actor
    records: bool
    confirms: bool
    contest_days: int


@dataclass(frozen=True)
class Taken:
    done: Done
    assessment: Assessment
    facts: tuple[AssessmentConfirmed, ...] = ()


RECORDED = frozenset({State.RECORDED, State.MODERATED, State.CONFIRMED, State.CONTESTED})


def take(item: Item, assessment: Assessment, agreement: LearningAgreement, sender: Sender, at: datetime) -> Taken:
    """Record what is not recorded yet, confirm where that is wanted; a repeated item is done already, and no error."""
    recorded = assessment if _holds(assessment, item) else _record(item, assessment, agreement, sender, at)
    if item.confirm and recorded.state in {State.RECORDED, State.MODERATED}:
        return _confirm(recorded, agreement, sender, at)
    return Taken(Done.UNCHANGED if recorded is assessment else Done.RECORDED, recorded)


def _holds(assessment: Assessment, item: Item) -> bool:
    """Whether exactly this is recorded already."""
    if assessment.state not in RECORDED:
        return False
    found: Mapping[UUID, object] = {one.outcome_id: one.result for one in assessment.results}
    report = replace(item.report, attempt=item.report.attempt or assessment.attempt)
    return len(found) == len(item.found) and found == dict(item.found) and report == assessment.report


def _record(
    item: Item, assessment: Assessment, agreement: LearningAgreement, sender: Sender, at: datetime
) -> Assessment:
    agreement.check_assesses(sender.actor.institution, assessment.assessing_id)
    if not sender.records:
        raise Forbidden("Only an assessor records results.")
    if assessment.version != item.version:
        raise VersionMismatch
    try:
        return assessing.record(assessment, agreement, item.report, item.found, sender.actor, at)
    except Validation as problem:
        raise assessing.placed(problem, _in_item) from problem


def _in_item(pointer: str) -> str:
    return pointer if pointer.startswith("/results") else f"/report{pointer}"


def _confirm(recorded: Assessment, agreement: LearningAgreement, sender: Sender, at: datetime) -> Taken:
    agreement.check_host(sender.actor.institution)
    if not sender.confirms:
        raise Forbidden("Only an examiner confirms results.")
    confirmed, facts = assessing.confirm(recorded, agreement, sender.actor.sub, sender.contest_days, at)
    return Taken(Done.CONFIRMED, confirmed, tuple(facts))


def errors_of(problem: Problem, index: int) -> Iterator[Error]:
    """What is wrong with an item, pointing into the list of items; its slug where it is no matter of a value."""
    if not isinstance(problem, Validation):
        yield error(f"/items/{index}", problem.slug, str(problem))
        return
    yield from assessing.placed(problem, f"/items/{index}{{}}".format).members["errors"]
