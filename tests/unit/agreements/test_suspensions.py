from dataclasses import replace
from uuid import UUID

import pytest

from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Actor, Memorandum, State
from shared.contracts.agreements import MemorandumResumed, MemorandumSuspended
from shared.problems import Forbidden, Validation
from tests.support.agreeing import AT, HOME, HOST, KNOWN, covered_here, memorandum, signatory
from tests.support.builders.catalogue import ITALY_ICT, MALTA_COUNCIL, MALTA_ICT

INSTITUTIONS, TODAY = KNOWN.institutions, AT.date()
ONE, OTHER = MALTA_ICT.qualification_id, ITALY_ICT.qualification_id
BODY = Actor(MALTA_COUNCIL.institution_id, "an officer", frozenset({"competent_body"}), frozenset({"MT"}))


def active() -> Memorandum:
    return memorandum(State.ACTIVE, qualifications=(covered_here(MALTA_ICT), covered_here(ITALY_ICT)))


def suspend(before: Memorandum, by: Actor, *ids: UUID) -> Memorandum:
    return memoranda.suspend(before, by, "Fire.", ids or None, INSTITUTIONS, AT).memorandum


def resume(before: Memorandum, by: Actor, *ids: UUID) -> Memorandum:
    return memoranda.resume(before, by, ids or None, INSTITUTIONS, AT).memorandum


def test_all_of_it_suspended_is_in_force_for_nothing():
    suspended = suspend(active(), signatory(HOST))
    assert suspended.why_not_in_force(TODAY) == suspended.why_not_in_force(TODAY, ONE) is not None
    assert suspended.why_not_open(TODAY, ONE)
    assert suspended.why_not_running() is None


def test_one_qualification_suspended_leaves_the_others_in_force():
    suspended = suspend(active(), signatory(HOST), ONE)
    assert suspended.state is State.ACTIVE
    assert suspended.why_not_in_force(TODAY) is suspended.why_not_in_force(TODAY, OTHER) is None
    assert suspended.why_not_in_force(TODAY, ONE) == f"It is suspended for qualification {ONE}."
    assert resume(suspended, signatory(HOST), ONE).why_not_open(TODAY, ONE) is None


def test_a_party_cannot_lift_what_a_competent_body_has_suspended():
    suspended = suspend(active(), BODY)
    for party in (HOME, HOST):
        with pytest.raises(Forbidden):
            resume(suspended, signatory(party))
    colleague = replace(BODY, institution_id=UUID(int=5), countries=frozenset({"MT", "DE"}))
    assert resume(suspended, colleague).state is State.ACTIVE


def test_who_was_only_asked_to_be_a_party_brings_no_competent_body_into_scope():
    asked = replace(active(), countries=("DE", "IT", "MT"))
    with pytest.raises(Forbidden):
        suspend(asked, replace(BODY, countries=frozenset({"DE"})))
    assert suspend(asked, replace(BODY, countries=frozenset({"DE", "MT"}))).suspensions[0].countries == ("MT",)


def test_it_stays_suspended_as_long_as_one_side_holds_it_so():
    both = suspend(suspend(active(), signatory(HOME)), signatory(HOST))
    half = memoranda.resume(both, signatory(HOME), None, INSTITUTIONS, AT)
    assert (half.memorandum.state, half.facts) == (State.SUSPENDED, ())
    taken = memoranda.resume(half.memorandum, signatory(HOST), None, INSTITUTIONS, AT)
    assert taken.memorandum.state is State.ACTIVE
    assert [type(fact) for fact in taken.facts] == [MemorandumResumed]


def test_who_suspends_again_only_gives_another_reason():
    twice = suspend(suspend(active(), signatory(HOME)), signatory(HOME))
    assert len(twice.suspensions) == 1
    assert resume(twice, signatory(HOME)).state is State.ACTIVE


def test_resuming_all_of_it_leaves_what_is_suspended_for_itself():
    suspended = suspend(suspend(active(), signatory(HOST), ONE), signatory(HOST))
    resumed = resume(suspended, signatory(HOST))
    assert resumed.why_not_in_force(TODAY) is None
    assert resumed.is_suspended(ONE)


def test_what_is_suspended_is_said():
    taken = memoranda.suspend(active(), BODY, "Fire.", (ONE,), INSTITUTIONS, AT)
    [fact] = taken.facts
    assert isinstance(fact, MemorandumSuspended)
    assert (fact.by_id, fact.qualification_ids) == (BODY.institution_id, (ONE,))
    assert "Fire" not in repr(fact)


def test_only_what_is_covered_and_suspended_is_spoken_of():
    with pytest.raises(Validation):
        suspend(active(), signatory(HOME), UUID(int=7))
    with pytest.raises(Validation):
        resume(active(), signatory(HOME), ONE)
