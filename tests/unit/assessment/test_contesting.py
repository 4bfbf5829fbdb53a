"""Contests in time, reviews by somebody else, next attempts; and old hashes that hold."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.assessment.domain import assessing, contesting, planning
from services.assessment.domain.assessments import Finding
from services.assessment.domain.contesting import Correction
from shared import envelope
from shared.contracts.assessment import Result, transcript_hash
from shared.problems import Conflict, Forbidden, Validation, WrongState
from tests.support.facts import golden
from tests.support.hosting import (
    AGREEMENT,
    AT,
    CONTEST_DAYS,
    REPORT,
    SKILL,
    absent,
    actor,
    agreement,
    confirmed,
    contested,
    moderated,
    recorded,
    results,
    step,
)


@pytest.mark.parametrize(("days", "in_time"), [(0, True), (CONTEST_DAYS, True), (CONTEST_DAYS + 1, False)])
def test_a_contest_comes_in_time(days: int, *, in_time: bool):
    objection = step("learner", at=AT + timedelta(days=days))
    if in_time:
        assert contesting.contest(confirmed(SKILL), objection)[0].contest == objection
    else:
        with pytest.raises(WrongState) as problem:
            contesting.contest(confirmed(SKILL), objection)
        assert problem.value.members["possible"] == ["resit", "annulment"]


def test_what_was_reviewed_is_not_contested_again():
    reviewed, _ = contesting.review(contested(SKILL), AGREEMENT, step("reviewer"), None)
    with pytest.raises(WrongState):
        contesting.contest(reviewed, step("learner"))


@pytest.mark.parametrize("by", ["assessor", "moderator", "examiner"])
def test_nobody_reviews_the_own_work(by: str):
    done, _ = assessing.confirm(moderated(SKILL), AGREEMENT, "examiner", CONTEST_DAYS, AT)
    in_doubt, _ = contesting.contest(done, step("learner"))
    with pytest.raises(Forbidden):
        contesting.review(in_doubt, AGREEMENT, step(by), None)
    assert contesting.review(in_doubt, AGREEMENT, step("somebody else"), None)[0].review


def test_what_is_upheld_is_said_as_it_was():
    before = contested(SKILL)
    upheld, [fact] = contesting.review(before, AGREEMENT, step("reviewer"), None)
    assert upheld.review
    assert (upheld.review.finding, upheld.report, upheld.results) == (Finding.UPHELD, before.report, before.results)
    assert fact.assessment.second_person
    assert upheld.confirmed_by == before.confirmed_by


def test_a_correction_keeps_to_the_rules_of_a_result():
    correction = Correction(replace(REPORT, grade="15"), results([SKILL], Result.PARTIALLY))
    corrected, [fact] = contesting.review(contested(SKILL), AGREEMENT, step("reviewer"), correction)
    assert (corrected.confirmed_by, corrected.recorded_by) == ("reviewer", "assessor")
    assert (fact.assessment.grade, fact.assessment.results[0].result) == ("15", "partially")
    outside = Correction(replace(REPORT, assessed_on=date(2026, 10, 2)), results([SKILL]))
    with pytest.raises(Validation) as problem:
        contesting.review(contested(SKILL), AGREEMENT, step("reviewer"), outside)
    assert [error["pointer"] for error in problem.value.members["errors"]] == ["/correction/assessed_on"]


def test_only_what_had_been_said_is_taken_back():
    assert contesting.annul(recorded(SKILL), step())[1] == []
    [fact] = contesting.annul(confirmed(SKILL), step())[1]
    assert (fact.occurred_on, fact.version) == (AT.date(), 4)


def test_a_next_attempt_has_its_own_time_also_after_the_stay():
    before, following = planning.resit(absent(SKILL), AGREEMENT, date(2026, 10, 20), 30, UUID(int=9), AT)
    assert (before.resit_id, following.resit_of) == (following.id, before.id)
    assert (following.attempt, following.record_until) == (2, date(2026, 10, 20))
    late = AT + timedelta(days=60)
    for day, in_time in ((date(2026, 10, 20), True), (date(2026, 10, 21), False)):
        report = replace(REPORT, assessed_on=day, attempt=None)
        if in_time:
            done = assessing.record(following, AGREEMENT, report, results([SKILL]), actor(), late)
            assert done.report
            assert (done.attempt, done.report.attempt) == (2, 2)
        else:
            with pytest.raises(Validation):
                assessing.record(following, AGREEMENT, report, results([SKILL]), actor(), late)


def test_an_annulled_attempt_can_be_repeated_after_the_stay_and_does_not_count():
    late = AT + timedelta(days=60)
    first, again = planning.resit(absent(SKILL), AGREEMENT, None, 90, UUID(int=9), AT)
    void, _ = contesting.annul(again, step())
    replaced, following = planning.resit(void, AGREEMENT, None, 30, UUID(int=10), late)
    assert (first.resit_id, replaced.resit_id, following.resit_of) == (again.id, following.id, void.id)
    assert (again.attempt, following.attempt) == (2, 2)
    report = replace(REPORT, assessed_on=late.date(), attempt=None)
    assert assessing.record(following, AGREEMENT, report, results([SKILL]), actor(), late).attempt == 2
    with pytest.raises(WrongState):
        planning.resit(replaced, AGREEMENT, None, 30, UUID(int=11), late)


@pytest.mark.parametrize("day", [date(2026, 9, 18), date(2026, 10, 21)])
def test_a_next_attempt_is_planned_between_now_and_the_end_of_its_time(day: date):
    with pytest.raises(Validation):
        planning.resit(absent(SKILL), AGREEMENT, day, 30, UUID(int=9), AT)


def test_there_is_no_next_attempt_once_the_agreement_was_cancelled():
    with pytest.raises(Conflict):
        planning.resit(absent(SKILL), agreement(cancelled_on=AT.date()), None, 30, UUID(int=9), AT)


def test_the_hash_of_a_transcript_from_before_there_was_more_to_say_still_holds():
    said = envelope.read(golden("acquis.transcript.issued.v1")).data
    content = {name: getattr(said, name) for name in ("learner_id", "learning_agreement_id", "host_id")}
    version = said.learning_agreement_version
    for more in ({}, {"period": said.period, "units": said.units}):
        found = transcript_hash(**content, learning_agreement_version=version, assessments=said.assessments, **more)
        assert found == said.content_hash
