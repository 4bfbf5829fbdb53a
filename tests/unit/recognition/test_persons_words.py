"""What a person decided in the midst of what hosts say: it stays as long as the results do (domain.md 3.5, 4.8)."""

from dataclasses import replace

from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.settlement import settle
from services.recognition.domain.standing import OpenDecision
from services.recognition.domain.unsettled import taken_out
from shared import ids
from shared.contracts.assessment import Procedure
from shared.contracts.recognition import (
    ChangeReason,
    CreditCorrected,
    CreditRecognised,
    Mode,
)
from tests.support.builders.assessment import (
    assessment_value,
    transcript_corrected,
    transcript_issued,
)
from tests.support.evaluating import AT
from tests.support.settling import Kept, issued
from tests.support.stories import story

U3 = story()


def refused_by_hand(kept: Kept) -> Decision:
    """The one decision there is."""
    [decision] = kept.decisions.values()
    refused = replace(decision, state=DecisionState.REFUSED, mode=Mode.MANUAL)
    kept.decisions[decision.decision_id] = refused
    open_ = OpenDecision(refused.decision_id, refused.state, by_person=True)
    kept.standing = replace(kept.standing, open={(refused.transcript_id, refused.unit_id): open_})
    return refused


def test_a_persons_word_stays_as_long_as_the_results_do():
    kept = Kept()
    deviated = assessment_value(U3.agreement, procedure=Procedure.DEVIATED)
    first = transcript_issued(U3.agreement, deviated)
    kept.hear(U3, first)
    refused = refused_by_hand(kept)
    same = transcript_corrected(U3.agreement, first, deviated)
    assert kept.hear(U3, same) == []
    assert kept.hear(U3, replace(first, version=3)) == []
    assert kept.sources().decisions == [refused]
    followed = transcript_corrected(
        U3.agreement, replace(first, version=3), replace(deviated, procedure=Procedure.FOLLOWED)
    )
    assert isinstance(kept.hear(U3, followed)[-1], CreditRecognised)
    assert kept.decisions[refused.decision_id].state is DecisionState.SUPERSEDED


def test_what_a_revocation_entails_is_known_before_it_is_done():
    kept, first, second = (
        Kept(),
        issued(U3, grade="14", grade_scale="FR-20"),
        issued(U3, grade="12", grade_scale="FR-20"),
    )
    [_, credit] = kept.hear(U3, first)
    kept.hear(U3, second)
    assert isinstance(credit, CreditRecognised)
    sources = kept.sources()
    unsettled = taken_out(sources, kept.decisions[credit.decision_id], {second.transcript_id: U3.units(second)})
    preview = settle(kept.standing, sources, [unsettled], ChangeReason.ERROR, AT, ids.new_id)
    [_, corrected] = preview.facts
    assert isinstance(corrected, CreditCorrected)
    assert (corrected.transcript_id, corrected.reason) == (second.transcript_id, ChangeReason.ERROR)
    assert preview.revoked == [credit.decision_id]
