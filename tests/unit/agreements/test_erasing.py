from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from services.agreements.domain import agreeing, complementing, stays
from services.agreements.domain.changing import ChangeEnding, Outcome
from services.agreements.domain.complements import Break
from services.agreements.domain.contacts import Contact, Contacts, SideContacts
from services.agreements.domain.erasing import ERASED, without_words
from services.agreements.domain.learning_agreements import LearningAgreement, Signature, State, with_contacts
from services.agreements.domain.revisions import Seen
from shared.contracts.agreements import Side
from shared.problems import WrongState
from tests.support.agreeing import AT, agreement, complement_of, its_ending, seen

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


@pytest.mark.parametrize("state", State)
def test_afterwards_nothing_is_written_and_what_was_written_can_still_be_signed(state: State):
    erased = without_words(agreement(state))
    assert erased == replace(erased, learner_erased=True)
    account, ending = complement_of(agreement(State.COMPLETED)), its_ending()
    attempts: dict[str, Callable[[], object]] = {
        "contacts": lambda: with_contacts(erased, Side.HOST, SideContacts(changed_by="-", changed_at=AT)),
        "complement": lambda: complementing.draft(erased, account),
        "changes requested": lambda: agreeing.request_changes(erased, seen(erased), AT),
        "rejection": lambda: agreeing.reject(erased, ending, AT),
        "withdrawal": lambda: agreeing.withdraw(erased, ending, AT),
        "cancellation": lambda: agreeing.cancel(erased, ending, AT),
        "interruption": lambda: stays.interrupt(erased, AT.date(), ending, AT),
    }
    for what, attempt in attempts.items():
        with pytest.raises(WrongState) as problem:
            attempt()
        assert (problem.value.members["state"], what) == (state, what)
    written = without_words(complementing.draft(agreement(State.COMPLETED), account))
    assert written.complement
    by_host = Signature(Side.HOST, "a signatory", AT)
    signed, _ = complementing.sign(written, by_host, Seen(1, written.complement.revision.hash))
    assert signed.complement
    assert signed.complement.signatures == (by_host,)


def test_erasing_twice_changes_nothing_more():
    assert without_words(without_words(written_about())) == without_words(written_about())
