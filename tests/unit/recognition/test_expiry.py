"""Credits whose last day is over (domain.md 4.8)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.recognition.domain.expiry import OverdueCredit, expire

AT = datetime(2026, 7, 1, 3, tzinfo=UTC)
LEARNER, QUALIFICATION = UUID(int=1), UUID(int=2)
COMPLETE = {(LEARNER, QUALIFICATION): frozenset({UUID(int=11), UUID(int=12)})}


def overdue(unit: int, **changes: Any) -> OverdueCredit:
    usual: dict[str, Any] = {
        "credit_id": UUID(int=100 + unit),
        "version": 2,
        "decision_id": UUID(int=200 + unit),
        "learner_id": LEARNER,
        "home_id": UUID(int=3),
        "home_country": "MT",
        "host_id": UUID(int=4),
        "host_country": "IT",
        "qualification_id": QUALIFICATION,
        "qualification_version": 2,
        "unit_id": UUID(int=unit),
        "valid_until": date(2026, 6, 30),
    }
    return OverdueCredit(**usual | changes)


def test_the_first_compulsory_unit_that_expires_reopens_the_qualification_once():
    facts, reopened = expire([overdue(13), overdue(11), overdue(12)], COMPLETE, AT)
    assert [fact.reopens_qualification for fact in facts] == [False, True, False]
    assert reopened == {(LEARNER, QUALIFICATION)}
    assert {(fact.valid_until, fact.expired_at, fact.version) for fact in facts} == {(date(2026, 6, 30), AT, 2)}


def test_what_was_never_said_to_be_complete_is_not_reopened():
    facts, reopened = expire([overdue(11)], {}, AT)
    assert ([fact.reopens_qualification for fact in facts], reopened) == ([False], set())


def test_a_completion_is_one_learner_s_and_one_qualification_s():
    others = [overdue(11, learner_id=UUID(int=9)), overdue(11, qualification_id=UUID(int=9))]
    assert expire(others, COMPLETE, AT)[1] == set()
