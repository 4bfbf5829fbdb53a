"""Every state, every revision: against a table written out by hand (domain.md 3.5)."""

import pytest

from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.reviews import Stage, check_revisable
from services.recognition.domain.revisions import REVISIONS, Revision
from shared.problems import WrongState
from tests.support.reviewing import in_stage

ORDER = ("revocation-preview", "revocation", "correction")
EXPECTED: dict[str, tuple[str | None, ...]] = {
    "recognised": ("recognised", "revoked", "superseded"),
    "partially_recognised": ("partially_recognised", "revoked", "superseded"),
    "documented_only": ("documented_only", "revoked", None),
    "evidence_only": ("evidence_only", "revoked", None),
    "manual_review": (None, None, None),
    "refused": (None, None, None),
    "appealed": (None, None, None),
    "revoked": (None, None, None),
    "superseded": (None, None, None),
}
CASES = [(state, revision, EXPECTED[state][place]) for state in EXPECTED for place, revision in enumerate(ORDER)]


def test_the_table_of_expectations_leaves_out_no_state_and_no_revision():
    assert set(EXPECTED) == {*DecisionState}
    assert set(ORDER) == {*Revision}


@pytest.mark.parametrize(("state", "revision", "expected"), CASES)
def test_a_decision_is_revised_only_as_the_table_says(state: str, revision: str, expected: str | None):
    review = in_stage(Stage.CLOSED, state=DecisionState(state))
    if expected:
        check_revisable(review, Revision(revision))
        assert REVISIONS[DecisionState(state), Revision(revision)] == expected
    else:
        with pytest.raises(WrongState) as problem:
            check_revisable(review, Revision(revision))
        possible = {name for name, follows in zip(ORDER, EXPECTED[state], strict=True) if follows}
        assert problem.value.members["state"] == state
        assert {*problem.value.members["possible"]} & {*ORDER} == possible


def test_who_cannot_revise_is_told_what_else_is_possible():
    with pytest.raises(WrongState) as problem:
        check_revisable(in_stage(Stage.OPEN), Revision.REVOCATION)
    assert problem.value.members["possible"] == ["assignment", "information-requests", "resolution"]
