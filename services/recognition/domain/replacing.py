"""How what counts, is held or is on record gives way to what holds from now on: a reversal, and what comes instead."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from services.recognition.domain import facts
from services.recognition.domain.accumulation import Finding, Judged, parts_given
from services.recognition.domain.changes import Changes
from services.recognition.domain.decisions import Decision, DecisionState, mode_of
from services.recognition.domain.ledger import EntryKind
from services.recognition.domain.partial import UnitInProgress, in_progress, needed
from services.recognition.domain.standing import ActiveCredit, Place
from services.recognition.domain.unit_facts import unit_of
from services.recognition.domain.worth import worth
from shared.contracts.recognition import CreditRecognised

Decided = Sequence[tuple[Finding, Decision]]
"""What comes of each source, with the decision that stands."""


def is_worth_the_same(judged: Judged, credit: CreditRecognised | None) -> bool:
    """Whether this credit says just that: of the same transcript, by rule on the same facts."""
    by = judged.source.transcript_id, mode_of(judged.unit)
    if credit is None or (credit.transcript_id, credit.mode) != by:
        return False
    return all(getattr(credit, name) == value for name, value in worth(judged.unit).items())


def settle_credit(
    changes: Changes, place: Place, credit: CreditRecognised | None, decided: Decided, credit_id: UUID
) -> None:
    """`credit`: what counted; `credit_id`: of what counts or is in progress from now on."""
    before = changes.standing.in_progress.get(place)
    counting = next((one for one in decided if one[0].state is DecisionState.RECOGNISED), None)
    if counting:
        _count(changes, place, credit, *counting, credit_id)
        return
    if credit:
        entry = changes.sources.standing_entry(credit.credit_id)
        changes.revoke(changes.sources.rested_on(credit), credit.credit_id, credit.version + 1, entry)
        _put(changes, place, None)
    giving = [decision for finding, decision in decided if finding.gave]
    held = frozenset(outcome_id for finding, _ in decided for outcome_id in finding.gave)
    version = before.version + 1 if before else 1
    now = in_progress(credit_id, version, held, parts_given(finding for finding, _ in decided))
    if giving and (before is None or _is_otherwise(before, now)):
        _hold(changes, place, now, giving[-1])
    elif before and not giving:
        rested_on = changes.sources.last_giving(place, changes.at.date())
        changes.revoke(rested_on, before.credit_id, before.version + 1)
        _put(changes, place, None)


def _count(
    changes: Changes,
    place: Place,
    credit: CreditRecognised | None,
    finding: Finding,
    decision: Decision,
    credit_id: UUID,
) -> None:
    if not isinstance(finding, Judged) or is_worth_the_same(finding, credit):
        return  # it counts as before
    points: Decimal | None = worth(finding.unit)["points"]
    if credit:
        changes.take_back(changes.sources.standing_entry(credit.credit_id), credit.decision_id)
        entry = changes.enter(EntryKind.CREDIT, credit.credit_id, points, decision)
        reason = changes.reason_on(changes.sources.rested_on(credit).decision_id)
        said: CreditRecognised = facts.credit_corrected(finding.unit, decision, entry, credit, reason)
    else:
        before = changes.standing.in_progress.get(place)
        entry = changes.enter(EntryKind.CREDIT, credit_id, points, decision)
        version = before.version + 1 if before else 1
        said = facts.credit_recognised(finding.unit, decision, entry, version)
    changes.facts.append(said)
    _put(changes, place, ActiveCredit(entry.credit_id, decision.transcript_id, finding.unit.assessment_ids, said))


def _is_otherwise(before: UnitInProgress, now: UnitInProgress) -> bool:
    """Of what nothing is known its day is whatever was said."""
    days = before.assessed_on, before.valid_until
    return before.outcome_ids != now.outcome_ids or days != (now.assessed_on or before.assessed_on, now.valid_until)


def _hold(changes: Changes, place: Place, held: UnitInProgress, decision: Decision) -> None:
    qualification = changes.sources.qualifications[place[0], decision.qualification_version]
    home_unit = unit_of(qualification, place[1])
    if home_unit is None:
        raise LookupError(f"unit {place[1]} of qualification {place[0]}, version {qualification.version}")
    missing = needed(home_unit, held.outcome_ids)
    changes.facts.append(facts.credit_partially_recognised(held, missing, decision))
    _put(changes, place, held)


def _put(changes: Changes, place: Place, now: ActiveCredit | UnitInProgress | None) -> None:
    """What counts at the place, or is in progress, or that there is nothing."""
    standing = changes.standing
    counted = {key: value for key, value in standing.credits.items() if key != place}
    in_progress = {key: value for key, value in standing.in_progress.items() if key != place}
    if isinstance(now, ActiveCredit):
        counted[place] = now
    elif now:
        in_progress[place] = now
    changes.standing = replace(standing, credits=counted, in_progress=in_progress)


def settle_documented(changes: Changes, decided: Decided, gone: Iterable[Decision]) -> None:
    """On record is what each transcript says for itself; after a reform the entry stays, beside what counts now."""
    for decision in gone:
        if decision.state is DecisionState.DOCUMENTED_ONLY:
            _strike(changes, decision)
    for finding, decision in decided:
        before = finding.source.decided
        was = before is not None and before.state is DecisionState.DOCUMENTED_ONLY
        if isinstance(finding, Judged) and decision.state is DecisionState.DOCUMENTED_ONLY and decision is not before:
            _document(changes, finding, decision, before if was else None)
        elif before and was and decision is not before and not finding.gave:
            _strike(changes, before)


def _document(changes: Changes, judged: Judged, decision: Decision, before: Decision | None) -> None:
    credit_id, version = changes.new_id(), 1
    if before:
        former = changes.sources.documenting_entry(before)
        credit_id, version = former.credit_id, changes.sources.times_documented(former.credit_id) + 1
        changes.take_back(former, before.decision_id)
    entry = changes.enter(EntryKind.DOCUMENTED, credit_id, Decimal(0), decision)
    changes.facts.append(facts.credit_documented(judged.judgement.validation, decision, entry, version))


def _strike(changes: Changes, decision: Decision) -> None:
    """Off the record."""
    entry = changes.sources.documenting_entry(decision)
    version = changes.sources.times_documented(entry.credit_id) + 1
    changes.revoke(decision, entry.credit_id, version, entry)
