"""A learner's record kept in memory, in which a person certifies and revokes, too."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from services.recognition.domain import certifying, revocations
from services.recognition.domain.by_person import Certification, Revocation
from services.recognition.domain.certified import facts_on
from services.recognition.domain.changes import Changes
from services.recognition.domain.decisions import Decision
from services.recognition.domain.revocations import RevocationReason
from services.recognition.domain.sources import Sources
from services.recognition.domain.standing import Standing
from services.recognition.domain.unit_facts import UnitFacts
from shared import ids
from shared.contracts.recognition import ChangeReason, LearningKind
from tests.support.evaluating import AT
from tests.support.settling import Kept
from tests.support.stories import TODAY, Story

LAW = "S.L. 327.431, regulation 5"


def certification(told: Story, outcome_ids: Iterable[UUID], **changes: Any) -> Certification:
    """Of the story's first unit."""
    usual: dict[str, Any] = {
        "record_id": ids.new_id(),
        "learner_id": told.learner_id,
        "home_id": told.agreement.home_id,
        "home_country": told.agreement.home_country,
        "kind": LearningKind.MICROCREDENTIAL,
        "qualification_id": told.agreement.qualification_id,
        "qualification_version": told.agreement.qualification_version,
        "unit_id": told.agreement.units[0].unit_id,
        "outcome_ids": tuple(sorted(outcome_ids)),
        "grade": None,
        "grade_scale": None,
        "assessed_on": told.agreement.ends_on,
        "evidence_hashes": (),
        "legal_basis": LAW,
        "by": "recogniser",
        "at": AT,
    }
    return Certification(**usual | changes)


@dataclass
class Revised(Kept):
    certified: dict[UUID, tuple[Story, Certification]] = field(default_factory=dict)
    revocations: list[Revocation] = field(default_factory=list)

    def certify(self, told: Story, one: Certification) -> Decision:
        unit = facts_on(told.known, one, TODAY)
        self.certified[one.record_id] = told, one
        changes = certifying.certify(self._standing(), self.sources(), unit, self.on_record(), AT, ids.new_id)
        self._keep_changes(changes)
        return certifying.decided_on(changes, unit)

    def previewed(self, decision: Decision, reason: ChangeReason = ChangeReason.ERROR) -> Changes:
        standing, sources = self._standing(), self.sources()
        return revocations.revoke(standing, sources, decision, self.on_record(), reason, AT, ids.new_id)

    def revoke(self, decision: Decision) -> Changes:
        kept = revocations.revocation(decision, self.on_record(), RevocationReason.FRAUD, LAW, "recogniser", AT)
        changes = self.previewed(decision, ChangeReason.FRAUD)
        self._keep_changes(changes)
        self.revocations.append(kept)
        return changes

    def on_record(self) -> dict[UUID, list[UnitFacts]]:
        certified = {id_: [facts_on(told.known, one, TODAY)] for id_, (told, one) in self.certified.items()}
        return {**super().on_record(), **certified}

    def sources(self) -> Sources:
        sources = super().sources()
        homes = [told.home for told, _ in self.certified.values()]
        named = {(home.qualification_id, home.version): home for home in homes}
        return replace(
            sources,
            qualifications={**named, **sources.qualifications},
            certifications={id_: one for id_, (_, one) in self.certified.items()},
            revocations=self.revocations,
        )

    def _standing(self) -> Standing:
        revoked = {(one.transcript_id, one.unit_id): one.decision_id for one in self.revocations}
        return replace(super()._standing(), revoked=revoked)
