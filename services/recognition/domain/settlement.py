"""What is taken back and what takes its place, when results hold no more or otherwise than before (domain.md 4.8).

Each unit is accumulated anew from the sources that hold now; what comes out is held against what stands, and only what
differs is stored and said. So whatever was done and undone leaves the record as it was, and the same function says
beforehand what would follow.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.recognition.domain import facts
from services.recognition.domain.accumulation import Accumulated, Finding, Judged, accumulate
from services.recognition.domain.changes import Changes
from services.recognition.domain.consequences import NewId
from services.recognition.domain.decisions import Decision, DecisionState, mode_of
from services.recognition.domain.record import is_complete, required_units
from services.recognition.domain.replacing import is_worth_the_same, settle_credit, settle_documented
from services.recognition.domain.sources import Sources
from services.recognition.domain.standing import Standing, counted_elsewhere, counting
from services.recognition.domain.turns import Source
from services.recognition.domain.unsettled import Unsettled
from shared.contracts.recognition import ChangeReason, CreditRecognised


def settle(
    standing: Standing,
    sources: Sources,
    unsettled: Sequence[Unsettled],
    reason: ChangeReason,
    at: datetime,
    new_id: NewId,
    *,
    because_of: UUID | None = None,
) -> Changes:
    """`standing` and `sources`: how things are; `unsettled`: what holds from now on, unit by unit.

    A decision on one of these units whose transcript is not among its sources is revoked. Nothing is changed but what
    is returned: to store it, or to show what would follow. `because_of`: the decision a person revokes or corrects.
    """
    changes = Changes(standing, _with_qualifications(sources, unsettled), reason, at, new_id, because_of)
    for one in unsettled:
        _settle(changes, one)
    for qualification_id in sorted({one.place[0] for one in unsettled}):
        _settle_completion(changes, qualification_id)
    return changes


def _with_qualifications(sources: Sources, unsettled: Iterable[Unsettled]) -> Sources:
    """Those of what is decided now are needed beside those of what was decided before."""
    units = (source.unit for one in unsettled for source in one.sources if source.unit)
    named = {(unit.qualification.qualification_id, unit.qualification.version): unit.qualification for unit in units}
    return replace(sources, qualifications={**sources.qualifications, **named})


def _settle(changes: Changes, unsettled: Unsettled) -> None:
    place = unsettled.place
    counted = changes.sources.credit_at(place, unsettled.transcript_id)
    gone = _gone(changes.sources, unsettled)
    accumulated, credit_id = _accumulate(changes, unsettled, counted)
    decided = [(finding, _decide(changes, finding, counted)) for finding in accumulated.findings]
    for decision in gone:
        changes.revoke_decision(decision)
        changes.end_expired(decision, counted)
    settle_documented(changes, decided, gone)
    settle_credit(changes, place, counted, decided, credit_id)
    before = [finding.source.decided for finding, _ in decided if finding.source.decided]
    changes.replaced += [one.decision_id for one in changes.sources.given_by([*before, *gone])]
    changes.give(place, decided)


def _accumulate(changes: Changes, unsettled: Unsettled, counted: CreditRecognised | None) -> tuple[Accumulated, UUID]:
    """With the id of the credit: the same as long as the unit counts, or is in progress until it does."""
    held = changes.standing.in_progress.get(unsettled.place)
    elsewhere = counted_elsewhere(changes.standing.host_outcomes, unsettled.place)
    former = counted.credit_id if counted else held.credit_id if held else changes.new_id()
    accumulated = accumulate(_lasting(changes, unsettled, counted), former, elsewhere)
    if counted is None or accumulated.counted:
        return accumulated, former
    another = changes.new_id()  # the id of a credit that was revoked is never used again
    return accumulate(_lasting(changes, unsettled, None), another, elsewhere), another


def _lasting(changes: Changes, unsettled: Unsettled, counted: CreditRecognised | None) -> Iterator[Source]:
    """The sources that are not over; of what is said anew nothing is left that was given until a day before.

    What was not over when the unit began to count has a say as long as it does, and when a person puts right until when
    it did (domain.md 4.3).
    """
    counts = unsettled.place in changes.sources.credits or any(one.ruled for one in unsettled.sources)
    day = changes.sources.counts_since(counted) if counted and counts else changes.at.date()
    for one in unsettled.sources:
        if not one.is_over(day):
            yield replace(one, given=()) if one.part and one.part.is_over(day) else one


def _gone(sources: Sources, unsettled: Unsettled) -> list[Decision]:
    """What was decided on a transcript that says nothing about the unit any more."""
    if unsettled.transcript_id is None:
        return []
    saying = {one.transcript_id for one in unsettled.sources}
    return [
        one
        for one in sources.at(unsettled.place)
        if one.transcript_id not in saying
        and (one.transcript_id == unsettled.transcript_id or not sources.has_expired(one))
    ]


def _decide(changes: Changes, finding: Finding, counted: CreditRecognised | None) -> Decision:
    """The decision that stands: the one before if nothing is new, not even for the person who reviews it."""
    if not isinstance(finding, Judged):
        return finding.decided
    decided = finding.source.decided
    return decided if decided and _is_the_same(finding, decided, counted) else changes.decide(finding)


def _is_the_same(judged: Judged, decided: Decision, counted: CreditRecognised | None) -> bool:
    """By rule, with the same outcomes and, where it counts, worth the same.

    A review and what is kept as evidence stay, also where by now more stands against them.
    """
    source, judgement = judged.source, judged.judgement
    if decided.state is judgement.state is DecisionState.EVIDENCE_ONLY:
        return not source.ruled
    if decided.state is judgement.state is DecisionState.MANUAL_REVIEW:
        return not source.changed  # whoever reviews it finds what there is by then
    return (
        (decided.state, decided.reasons) == (judgement.state, judgement.reasons)
        and decided.mode in {mode_of(judged.unit), None}
        and not source.ruled
        and source.gave == judged.gave
        and (decided.state is not DecisionState.DOCUMENTED_ONLY or source.validated == judgement.validation.held)
        and (decided.state is not DecisionState.RECOGNISED or is_worth_the_same(judged, counted))
    )


def _settle_completion(changes: Changes, qualification_id: UUID) -> None:
    """Said once when it is complete, and taken back when it is not any more (domain.md 3.5)."""
    versions = [one for one in changes.sources.qualifications.values() if one.qualification_id == qualification_id]
    if not versions:
        return  # nothing stands that could complete it, and nothing has come in
    whole = max(versions, key=lambda one: one.version)
    required = required_units(whole)
    complete = is_complete(whole, counting(changes.standing, qualification_id))
    said = qualification_id in changes.standing.completed
    if said and not complete:
        changes.reopen(qualification_id, required)
        return
    if complete and not said:
        decision = changes.last_decision(qualification_id)
        changes.facts.append(facts.qualification_completed(decision, sorted(required), changes.at.date()))
        completed = changes.standing.completed | {qualification_id}
        changes.standing = replace(changes.standing, completed=completed)
