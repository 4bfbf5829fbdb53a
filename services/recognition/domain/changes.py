"""What settling changes: gathered step by step, to be stored and said in one go."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.recognition.domain import facts
from services.recognition.domain.accumulation import Finding, Judged
from services.recognition.domain.consequences import NewId, entry_on
from services.recognition.domain.contributions import Contribution, contribution, last_given
from services.recognition.domain.decisions import Decision, DecisionState, decision_on, handed_on
from services.recognition.domain.ledger import EntryKind, LinkedEntry, append, reversal
from services.recognition.domain.sources import Sources
from services.recognition.domain.standing import Place, Standing, open_decision
from shared.contracts.facts import Fact
from shared.contracts.recognition import ChangeReason, CreditRecognised, CreditRevoked


@dataclass
class Changes:
    standing: Standing
    """Where the learner stands after it all."""
    sources: Sources
    """What everything rested on before."""
    reason: ChangeReason
    at: datetime
    new_id: NewId
    because_of: UUID | None = None
    """The decision that a person revokes or corrects; None if a host's word is what changes things."""
    decisions: list[Decision] = field(default_factory=list)
    superseded: dict[UUID, UUID] = field(default_factory=dict)
    """Decisions that give way, and to which."""
    revoked: list[UUID] = field(default_factory=list)
    """Decisions that stand no more, with none in their place."""
    entries: list[LinkedEntry] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    contributions: list[Contribution] = field(default_factory=list)
    replaced: list[UUID] = field(default_factory=list)
    """Decisions whose contributions these take the place of."""
    reopened: list[UUID] = field(default_factory=list)
    """Qualifications that were said to be complete, and are not any more."""

    def reason_on(self, decision_id: UUID) -> ChangeReason:
        """Why what rested on this decision changes: whatever a person has not named follows from it."""
        return self.reason if self.because_of in {None, decision_id} else ChangeReason.FOLLOWS

    def decide(self, judged: Judged) -> Decision:
        """The decision that a judgement leads to, in the place of the one before, with what it says about itself."""
        decision = decision_on(
            judged.unit, judged.judgement, decision_id=self.new_id(), validation_id=self.new_id(), at=self.at
        )
        if before := judged.source.decided:
            decision = handed_on(decision, before.assigned_to)
            self.superseded[before.decision_id] = decision.decision_id
        self.decisions.append(decision)
        self.facts.append(facts.validation_completed(decision, judged.judgement.validation))
        if decision.state is DecisionState.MANUAL_REVIEW:
            self.facts.append(facts.review_required(decision))
        elif decision.state is DecisionState.EVIDENCE_ONLY:
            self.facts += facts.evidence_kept(judged.unit, decision)
        self._note(decision)
        return decision

    def last_decision(self, qualification_id: UUID) -> Decision:
        """Of those on its units that stand now."""
        gone = {*self.revoked, *self.superseded}
        standing = [one for one in (*self.sources.decisions, *self.decisions) if one.decision_id not in gone]
        return max((one for one in standing if one.qualification_id == qualification_id), key=lambda it: it.decision_id)

    def revoke_decision(self, decision: Decision) -> None:
        self.revoked.append(decision.decision_id)
        self._note(replace(decision, state=DecisionState.REVOKED))

    def enter(self, kind: EntryKind, credit_id: UUID, points: Decimal | None, decision: Decision) -> LinkedEntry:
        return self._append(append(self.standing.head, entry_on(kind, credit_id, points, decision, self.new_id())))

    def take_back(self, entry: LinkedEntry, because_of: UUID) -> LinkedEntry:
        """The reversal, because of this decision or of the one that took its place."""
        decision_id = self.superseded.get(because_of, because_of)
        taken_back = reversal(entry, entry_id=self.new_id(), decision_id=decision_id, at=self.at)
        return self._append(append(self.standing.head, taken_back))

    def revoke(self, decision: Decision, credit_id: UUID, version: int, entry: LinkedEntry | None = None) -> None:
        """What the decision led to stands no more; `entry` is taken back, if it had one."""
        reversed_ = (entry, self.take_back(entry, decision.decision_id)) if entry else None
        reason = self.reason_on(decision.decision_id)
        self.facts.append(facts.credit_revoked(decision, credit_id, version, reason, self.at, reversed_))

    def end_expired(self, decision: Decision, counted: CreditRecognised | None) -> None:
        """What had counted by it until its time was over, where something else counts now."""
        expired = self.sources.expired.get((decision.transcript_id, decision.unit_id))
        if expired and expired != counted:
            entry = self.sources.standing_entry(expired.credit_id)
            self.revoke(decision, expired.credit_id, expired.version + 1, entry)

    def give(self, place: Place, findings: Iterable[tuple[Finding, Decision]]) -> None:
        """What each of them gives to the unit from now on."""
        given = [_given(finding, decision) for finding, decision in findings if finding.gave]
        self.contributions += given
        used = frozenset(outcome_id for one in given for outcome_id in one.host_outcome_ids)
        self.standing = replace(
            self.standing,
            host_outcomes={**self.standing.host_outcomes, place: used},
            parts={**self.standing.parts, place: {one.transcript_id: one.part for one in given if one.part}},
        )

    def reopen(self, qualification_id: UUID, required: Iterable[UUID]) -> None:
        """Whoever hears that a unit which it takes was revoked hears that, too.

        Where none was, the mean is not passed any more by what was said of the qualification's units.
        """
        self.reopened.append(qualification_id)
        self.standing = replace(self.standing, completed=self.standing.completed - {qualification_id})
        said = [
            one
            for one in self.facts
            if isinstance(one, CreditRevoked | CreditRecognised) and one.qualification_id == qualification_id
        ]
        taken = set(required)
        revoked = [one for one in said if isinstance(one, CreditRevoked) and one.unit_id in taken]
        for one in revoked or said:
            self.facts[self.facts.index(one)] = replace(one, reopens_qualification=True)

    def _note(self, decision: Decision) -> None:
        named = decision.transcript_id, decision.unit_id
        open_ = {key: value for key, value in self.standing.open.items() if key != named}
        if decision.state not in {DecisionState.RECOGNISED, DecisionState.REVOKED}:
            open_[named] = open_decision(decision)
        self.standing = replace(self.standing, open=open_)

    def _append(self, entry: LinkedEntry) -> LinkedEntry:
        self.entries.append(entry)
        self.standing = replace(self.standing, head=entry.head)
        return entry


def _given(finding: Finding, decision: Decision) -> Contribution:
    if isinstance(finding, Judged):
        return contribution(finding.unit, decision, finding.gave, finding.part)
    last = last_given(finding.source.given)
    if last is None:
        raise LookupError(f"what decision {decision.decision_id} has given")
    used = {outcome_id for one in finding.source.given for outcome_id in one.host_outcome_ids}
    return replace(
        last,
        decision_id=decision.decision_id,
        outcome_ids=tuple(sorted(finding.gave)),
        host_outcome_ids=tuple(sorted(used)),
    )
