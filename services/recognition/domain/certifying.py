"""What may be certified: outcomes of the unit, once they were assessed, and no evidence twice (domain.md 4.6, 4.10)."""

from collections.abc import Iterator
from datetime import date, datetime

from services.recognition.domain.by_person import Certification
from services.recognition.domain.changes import Changes
from services.recognition.domain.consequences import NewId
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.settlement import settle
from services.recognition.domain.sources import Sources
from services.recognition.domain.standing import Standing
from services.recognition.domain.unit_facts import UnitFacts, unit_of
from services.recognition.domain.unsettled import UnitsByTranscript, said_anew
from shared.contracts.catalogue import QualificationPublished
from shared.contracts.recognition import ChangeReason
from shared.problems import Conflict, Error, error, refuse


def certify(
    standing: Standing, sources: Sources, unit: UnitFacts, on_record: UnitsByTranscript, at: datetime, new_id: NewId
) -> Changes:
    """One more source: a unit in progress is completed by it, and what counts already counts once.

    `Conflict` for what no person overrides: the time of the unit or of the credit is over, or there is no policy.
    """
    record_id = unit.transcript.transcript_id
    unsettled = said_anew(sources, record_id, [unit], on_record)
    changes = settle(standing, sources, unsettled, ChangeReason.BETTER_GRADE, at, new_id)
    decision = decided_on(changes, unit)
    if decision.state is DecisionState.MANUAL_REVIEW:
        reasons = [str(reason) for reason in decision.reasons]
        raise Conflict(f"It cannot be certified: {', '.join(reasons)}.", reasons=reasons)
    return changes


def decided_on(changes: Changes, unit: UnitFacts) -> Decision:
    return next(one for one in changes.decisions if one.transcript_id == unit.transcript.transcript_id)


def check(certification: Certification, qualification: QualificationPublished, today: date) -> None:
    """`Validation` with everything that the qualification does not know."""
    refuse([*_wrong(certification, qualification, today)])


def _wrong(certification: Certification, qualification: QualificationPublished, today: date) -> Iterator[Error]:
    unit = unit_of(qualification, certification.unit_id)
    if unit is None:
        yield error("/unit_id", "unknown", "The qualification has no such unit in this version.")
        return
    outcomes = {outcome.outcome_id for outcome in unit.outcomes}
    for place, outcome_id in enumerate(certification.outcome_ids):
        if outcome_id not in outcomes:
            yield error(f"/outcome_ids/{place}", "unknown", "The unit has no such outcome.")
    if certification.assessed_on > today:
        yield error("/assessed_on", "future", "Nothing can be certified before it was assessed.")


def check_evidence(certification: Certification, sources: Sources) -> None:
    """`Conflict` if a piece of evidence has earned something of the unit already, or was revoked as none."""
    told = [one for one in sources.certifications.values() if _is_about_the_same(one, certification)]
    for before in told:
        if _is_used_up(before, sources):
            raise Conflict(
                "Some of this evidence was certified for the unit before: the same evidence never counts twice.",
                record_id=str(before.record_id),
            )


def _is_about_the_same(one: Certification, other: Certification) -> bool:
    places = ((it.qualification_id, it.unit_id) for it in (one, other))
    return len(set(places)) == 1 and not set(one.evidence_hashes).isdisjoint(other.evidence_hashes)


def _is_used_up(before: Certification, sources: Sources) -> bool:
    """Unless what came of it was revoked for a mere error."""
    revoked = sources.revoked_at(before.record_id, before.unit_id)
    stands = any(one.transcript_id == before.record_id for one in sources.decisions)
    return stands or any(one.reason is not ChangeReason.ERROR for one in revoked)
