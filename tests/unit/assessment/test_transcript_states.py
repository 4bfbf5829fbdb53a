"""Every state of a transcript, every command; and what follows by itself when an assessment changes."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain import contesting, issuing
from services.assessment.domain.assessments import Assessment
from services.assessment.domain.transcripts import Transcript, TranscriptState, count_hours
from services.assessment.domain.values import value_of
from shared.contracts.agreements import TranscriptPolicy
from shared.contracts.assessment import AssessmentValue, Result, TranscriptCorrected, TranscriptIssued
from shared.problems import Conflict, Validation, WrongState
from tests.support.hosting import (
    AGREEMENT,
    AT,
    KNOWLEDGE,
    RESPONSIBILITY,
    SKILL,
    TRANSCRIPT,
    UNIT,
    absent,
    agreement,
    annulled,
    confirmed,
    contested,
    planned,
    step,
)

EXPECTED: dict[str, dict[str, str | None]] = {
    "draft": {"issuance": "issued", "correction": None, "withdrawal": None},
    "issued": {"issuance": "issued", "correction": "corrected", "withdrawal": "withdrawn"},
    "corrected": {"issuance": "issued", "correction": "corrected", "withdrawal": "withdrawn"},
    "withdrawn": {"issuance": "issued", "correction": None, "withdrawal": None},
}
EVERYTHING = (KNOWLEDGE, SKILL, RESPONSIBILITY)
ON_CONFIRMATION = agreement(transcript_policy=TranscriptPolicy.ON_CONFIRMATION)


def perform(transcript: Transcript, command: str) -> Transcript:
    assessments = [confirmed(SKILL)]
    match command:
        case "issuance":
            return issuing.issue(transcript, AGREEMENT, assessments, None, AT)[0]
        case "correction":
            return issuing.correct(transcript, AGREEMENT, assessments, None, "Because.", AT)[0]
        case _:
            return issuing.withdraw(transcript, "Because.", AT)[0]


def test_the_table_of_expectations_leaves_out_no_state():
    assert set(EXPECTED) == {*TranscriptState}


@pytest.mark.parametrize(
    ("state", "command", "expected"),
    [(state, command, follows) for state, row in EXPECTED.items() for command, follows in row.items()],
)
def test_a_transcript_moves_only_as_the_table_says(state: str, command: str, expected: str | None):
    before = replace(TRANSCRIPT, state=TranscriptState(state), issue=3)
    if expected is None:
        with pytest.raises(WrongState) as problem:
            perform(before, command)
        possible = [name for name, follows in EXPECTED[state].items() if follows]
        assert problem.value.members["possible"] == possible
    else:
        after = perform(before, command)
        assert (after.state, after.version, after.issue) == (expected, before.version + 1, 4)


def issued(*assessments: Assessment) -> tuple[Transcript, TranscriptIssued]:
    return issuing.issue(TRANSCRIPT, AGREEMENT, assessments, None, AT)


def follow_up(transcript: Transcript, last: TranscriptIssued | None, *now_there: Assessment, under=AGREEMENT):
    return issuing.follow_up(transcript, under, now_there, last, "Because.", AT)


def test_what_no_longer_stands_is_corrected_whatever_the_policy():
    one, other = confirmed(KNOWLEDGE), confirmed(SKILL)
    transcript, last = issued(one, other)
    void = contesting.annul(one, step())[0]
    for policy in TranscriptPolicy:
        found = follow_up(transcript, last, void, other, under=agreement(transcript_policy=policy))
        assert found
        assert isinstance(found[1], TranscriptCorrected)
        assert (found[1].corrects_version, found[1].assessments) == (1, (value_of(other),))
        assert found[0].reason == "Because."


def test_what_was_never_said_is_not_corrected():
    one = confirmed(KNOWLEDGE)
    transcript, last = issued(one)
    assert follow_up(transcript, last, one, annulled(SKILL)) is None
    assert follow_up(TRANSCRIPT, None, annulled(SKILL)) is None


def test_a_contest_changes_nothing_on_the_transcript():
    one = confirmed(SKILL)
    transcript, last = issued(one)
    assert follow_up(transcript, last, contesting.contest(one, step("learner"))[0], under=ON_CONFIRMATION) is None


def test_what_was_said_before_it_was_contested_stays_until_the_review():
    one, other = confirmed(KNOWLEDGE), confirmed(SKILL)
    transcript, last = issued(one)
    in_doubt = contesting.contest(one, step("learner"))[0]
    assert issuing.issue(transcript, AGREEMENT, [in_doubt, other], last, AT)[1].assessments == carrying(one, other)
    counted = count_hours(transcript, AGREEMENT, {UNIT: 120})
    corrected = issuing.correct(counted, AGREEMENT, [in_doubt, other], last, "The hours were missing.", AT)
    assert corrected[1].assessments == carrying(one, other)


@pytest.mark.parametrize("transcript", [TRANSCRIPT, replace(TRANSCRIPT, state=TranscriptState.WITHDRAWN, issue=2)])
def test_what_is_contested_is_first_said_after_its_review(transcript: Transcript):
    one, in_doubt = confirmed(KNOWLEDGE), contested(SKILL)
    with pytest.raises(Conflict, match="waits for its review"):
        issuing.issue(transcript, ON_CONFIRMATION, [in_doubt], None, AT)
    first, last = issuing.issue(transcript, ON_CONFIRMATION, [one, in_doubt], None, AT)
    assert last.assessments == carrying(one)
    assert follow_up(first, last, one, in_doubt, under=ON_CONFIRMATION) is None
    assert follow_up(first, last, one, contesting.annul(in_doubt, step())[0], under=ON_CONFIRMATION) is None
    upheld = contesting.review(in_doubt, AGREEMENT, step("reviewer"), None)[0]
    found = follow_up(first, last, one, upheld, under=ON_CONFIRMATION)
    assert found
    assert type(found[1]) is TranscriptIssued
    assert found[1].assessments == carrying(one, upheld)


def carrying(*assessments: Assessment) -> tuple[AssessmentValue, ...]:
    return tuple(sorted(map(value_of, assessments), key=lambda value: value.assessment_id))


def test_what_waited_for_nothing_but_this_is_issued():
    done = confirmed(*EVERYTHING)
    assert follow_up(TRANSCRIPT, None, done, planned(SKILL)) is None
    found = follow_up(TRANSCRIPT, None, done, annulled(SKILL))
    assert found
    assert type(found[1]) is TranscriptIssued


def test_after_a_withdrawal_nothing_follows_by_itself():
    withdrawn = issuing.withdraw(issued(confirmed(SKILL))[0], "Because.", AT)[0]
    assert follow_up(withdrawn, None, confirmed(*EVERYTHING)) is None
    assert not issuing.is_due(withdrawn, ON_CONFIRMATION, [confirmed(SKILL)])


def test_what_was_withdrawn_may_be_said_again_in_the_same_words():
    one = confirmed(SKILL)
    transcript, said = issued(one)
    withdrawn, word = issuing.withdraw(transcript, "Because.", AT)
    again, once_more = issuing.issue(withdrawn, AGREEMENT, [one], None, AT)
    assert (word.version, word.withdraws_version, once_more.version) == (2, 1, 3)
    assert (once_more.content_hash, again.state) == (said.content_hash, "issued")


def test_absence_is_waited_for_no_more_and_a_contest_is():
    assert issuing.is_due(TRANSCRIPT, AGREEMENT, [confirmed(KNOWLEDGE, SKILL), absent(RESPONSIBILITY)])
    assert not issuing.is_due(TRANSCRIPT, AGREEMENT, [confirmed(*EVERYTHING), contested(SKILL)])
    assert not issuing.is_due(TRANSCRIPT, AGREEMENT, [confirmed(KNOWLEDGE, SKILL), annulled(RESPONSIBILITY)])


def test_a_correction_that_says_the_same_is_none():
    transcript, _ = issued(one := confirmed(SKILL))
    with pytest.raises(Conflict):
        issuing.correct(transcript, AGREEMENT, [one], None, "Because.", AT)


def test_hours_are_of_agreed_units_and_change_what_is_said():
    transcript, _ = issued(one := confirmed(SKILL))
    counted = count_hours(transcript, AGREEMENT, {UNIT: 120})
    corrected, said = issuing.correct(counted, AGREEMENT, [one], None, "The hours were missing.", AT)
    assert (counted.version, corrected.version, said.units and said.units[0].hours) == (3, 4, 120)
    with pytest.raises(Validation):
        count_hours(transcript, AGREEMENT, {UUID(int=404): 1})


RESULTS = st.sampled_from(Result)


@given(st.lists(st.tuples(st.sampled_from(EVERYTHING), RESULTS), max_size=6))
def test_a_unit_is_judged_by_the_best_result_of_each_agreed_outcome(found):
    assessments = [confirmed(outcome, result=result) for outcome, result in found]
    best = {outcome: [result for one, result in found if one == outcome] for outcome in EVERYTHING}
    achieved = [outcome for outcome in EVERYTHING if Result.ACHIEVED in best[outcome]]
    if not assessments:
        return
    [unit] = issued(*assessments)[1].units or ()
    assert {*unit.outstanding_outcome_ids} == {one.outcome_id for one in EVERYTHING if one not in achieved}
    assert (unit.verdict is Result.ACHIEVED) == (len(achieved) == len(EVERYTHING))
    touched = {result for results in best.values() for result in results} - {Result.NOT_ASSESSED}
    assert (unit.verdict is Result.NOT_ASSESSED) == (not touched)
    assert (unit.verdict is Result.NOT_ACHIEVED) == (touched == {Result.NOT_ACHIEVED})
