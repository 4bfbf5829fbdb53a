"""What the record of a learner rests on: the results that hold now, and what was decided of them so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.recognition.domain.by_person import Certification, Correction, Revocation
from services.recognition.domain.contributions import Contribution, lasting
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.known import Versioned
from services.recognition.domain.ledger import EntryKind, LinkedEntry
from services.recognition.domain.standing import Place
from services.recognition.domain.turns import LAST, Source
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.catalogue import QualificationPublished
from shared.contracts.recognition import CreditRecognised


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Of one learner."""

    decisions: Sequence[Decision] = ()
    """Those that stand."""
    validated: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    """By decision, the outcomes that were validated."""
    contributions: Sequence[Contribution] = ()
    credits: Mapping[Place, CreditRecognised] = field(default_factory=dict)
    """What counts."""
    expired: Mapping[tuple[UUID, UUID], CreditRecognised] = field(default_factory=dict)
    """What did until its time was over, by transcript and unit."""
    entries: Sequence[LinkedEntry] = ()
    """The whole chain."""
    turns: Mapping[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    """By transcript and unit, since when it is a source."""
    transcripts: Mapping[UUID, TranscriptIssued] = field(default_factory=dict)
    """The latest word on each that was not withdrawn."""
    qualifications: Mapping[Versioned, QualificationPublished] = field(default_factory=dict)
    certifications: Mapping[UUID, Certification] = field(default_factory=dict)
    """By the record that stands where a mobility has its transcript."""
    corrections: Sequence[Correction] = ()
    """The oldest first."""
    revocations: Sequence[Revocation] = ()

    def at(self, place: Place) -> list[Decision]:
        return [one for one in self.decisions if (one.qualification_id, one.unit_id) == place]

    def standing_entry(self, credit_id: UUID) -> LinkedEntry:
        """The entry of a credit that was not taken back."""
        reversed_ = {entry.reverses for entry in self.entries}
        [entry] = [one for one in self.entries if one.credit_id == credit_id and _stands(one, reversed_)]
        return entry

    def counts_since(self, credit: CreditRecognised) -> date:
        """When the unit began to count, however it was corrected since."""
        return min(entry.at.date() for entry in self.entries if entry.credit_id == credit.credit_id)

    def documenting_entry(self, decision: Decision) -> LinkedEntry:
        reversed_ = {entry.reverses for entry in self.entries}
        return next(
            one
            for one in self.entries
            if one.decision_id == decision.decision_id and one.kind is EntryKind.DOCUMENTED and _stands(one, reversed_)
        )

    def times_documented(self, credit_id: UUID) -> int:
        """The version of what is on record."""
        return sum((one.credit_id, one.kind) == (credit_id, EntryKind.DOCUMENTED) for one in self.entries)

    def rested_on(self, credit: CreditRecognised) -> Decision:
        """The decision by which it counts."""
        place = credit.qualification_id, credit.unit_id
        return next(
            one
            for one in self.at(place)
            if (one.transcript_id, one.state) == (credit.transcript_id, DecisionState.RECOGNISED)
        )

    def last_giving(self, place: Place, today: date) -> Decision:
        """The last decision on what has added to a unit in progress; by now it may be a person's, or wait for one.

        One on what is over only where nothing else has added to it.
        """
        given = [one for one in self.contributions if (one.qualification_id, one.unit_id) == place]
        giving = {one.transcript_id for one in lasting(given, today) or given}
        return max((one for one in self.at(place) if one.transcript_id in giving), key=lambda one: one.decision_id)

    def given_by(self, decisions: Sequence[Decision]) -> list[Contribution]:
        """What these and the decisions before them, on the same results, have given."""
        named = {(one.transcript_id, one.unit_id) for one in decisions}
        return [one for one in self.contributions if (one.transcript_id, one.unit_id) in named]

    def sources_at(
        self, place: Place, units: Mapping[UUID, Sequence[UnitFacts]], *, without: UUID | None = None
    ) -> list[Source]:
        """Those that have a say in a unit, but for the transcript `without`.

        `units`: the facts on the units of each transcript that is on record. What has expired says nothing any more.
        """
        return [
            self.source(decision.transcript_id, place, unit_in(units.get(decision.transcript_id, ()), place[1]))
            for decision in self.at(place)
            if decision.transcript_id != without and not self.has_expired(decision)
        ]

    def credit_at(self, place: Place, transcript_id: UUID | None) -> CreditRecognised | None:
        """What counts, or did until its time was over if it is this transcript's."""
        return self.credits.get(place) or (self.expired.get((transcript_id, place[1])) if transcript_id else None)

    def source(self, transcript_id: UUID, place: Place, unit: UnitFacts | None, *, changed: bool = False) -> Source:
        """What one transcript says about a unit, with what was decided of it so far."""
        unit = unit and self._known_of(unit)
        transcript = unit.transcript if unit else self.transcripts.get(transcript_id)
        decided = next((one for one in self.at(place) if one.transcript_id == transcript_id), None)
        return Source(
            transcript_id=transcript_id,
            content_hash=transcript.content_hash if transcript else None,
            unit=unit,
            decided=decided,
            given=tuple(self.given_by([decided])) if decided else (),
            validated=self.validated.get(decided.decision_id, frozenset()) if decided else frozenset(),
            since=self.turns.get((transcript_id, place[1]), LAST),
            changed=changed,
        )

    def revoked_at(self, transcript_id: UUID, unit_id: UUID) -> list[Revocation]:
        return [one for one in self.revocations if (one.transcript_id, one.unit_id) == (transcript_id, unit_id)]

    def _known_of(self, unit: UnitFacts) -> UnitFacts:
        """With what people have said of these results."""
        named = unit.transcript.transcript_id, unit.agreed.unit_id
        revoked = self.revoked_at(*named)
        told = [one for one in self.corrections if (one.transcript_id, one.unit_id) == named]
        told = [one for one in told if one.results_hash == unit.results_hash]
        return replace(
            unit,
            revoked_decision_id=revoked[-1].decision_id if revoked else None,
            correction=told[-1] if told else unit.correction,
        )

    def has_expired(self, decision: Decision) -> bool:
        """It made the unit count, which it does no more."""
        counting = self.credits.get((decision.qualification_id, decision.unit_id))
        by_it = counting is not None and counting.transcript_id == decision.transcript_id
        return decision.state is DecisionState.RECOGNISED and not by_it


def unit_in(units: Iterable[UnitFacts], unit_id: UUID) -> UnitFacts | None:
    return next((one for one in units if one.agreed.unit_id == unit_id), None)


def _stands(entry: LinkedEntry, reversed_: set[UUID | None]) -> bool:
    return entry.kind is not EntryKind.REVERSAL and entry.entry_id not in reversed_
