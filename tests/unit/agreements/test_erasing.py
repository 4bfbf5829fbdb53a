from dataclasses import replace
from datetime import date

import pytest

from services.agreements.domain import complementing
from services.agreements.domain.changing import ChangeEnding, Outcome
from services.agreements.domain.complements import Break
from services.agreements.domain.contacts import Contact, Contacts, SideContacts
from services.agreements.domain.erasing import ERASED, without_words
from services.agreements.domain.learning_agreements import LearningAgreement, State
from tests.support.agreeing import AT, agreement, complement_of, its_ending

ILL = Break(first_day=date(2026, 3, 9), last_day=date(2026, 3, 10), reason="In hospital.")
MENTOR = Contacts(home=SideContacts(mentor=Contact(name="Demo Mentor"), changed_by="a coordinator", changed_at=AT))


def written_about() -> LearningAgreement:
    """Whatever can be said of a person in it."""
    interrupted = replace(agreement(State.INTERRUPTED), contacts=MENTOR, ending=its_ending())
    account = replace(complement_of(interrupted), started_on=date(2026, 3, 2), ended_on=date(2026, 3, 27))
    return complementing.draft(interrupted, replace(account, interruptions=(ILL,)))


def test_no_words_about_the_person_are_left_and_all_that_was_decided_is():
    before = written_about()
    after = without_words(before)
    assert (after.contacts, after.version) == (Contacts(), before.version + 1)
    assert after.ending == replace(its_ending(), reason=ERASED)
    assert before.complement
    assert after.complement
    assert after.complement.account.interruptions == (replace(ILL, reason=None),)
    assert (after.complement.revision, after.complement.signatures) == (
        before.complement.revision,
        before.complement.signatures,
    )
    assert (after.terms, after.revision, after.signatures) == (before.terms, before.revision, before.signatures)


def test_words_about_the_person_stay_out_of_what_is_logged():
    for words in ("ill", "hospital", "Mentor"):
        assert words not in repr(written_about())
    assert "ill" not in repr(ChangeEnding(outcome=Outcome.REJECTED, ended_at=AT, reason="The learner is ill."))


@pytest.mark.parametrize("state", [State.COMPLETED, State.COMPLEMENTED, State.CLOSED])
def test_where_nothing_is_written_about_the_person_nothing_changes(state: State):
    assert without_words(agreement(state)) == agreement(state)


def test_erasing_twice_changes_nothing_more():
    assert without_words(without_words(written_about())) == without_words(written_about())
