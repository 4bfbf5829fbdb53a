from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import ONCE_ALL_APPROVED, TRANSITIONS, Command, Memorandum, State
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.revisions import Seen
from shared.problems import StaleApproval, WrongState
from tests.support.agreeing import AT, HOME, HOST, KNOWN, MEMORANDUM_TERMS, approval, ending, memorandum, seen
from tests.support.builders.agreements import automatic, covered
from tests.support.builders.catalogue import ITALY_ICT, ITALY_REGION, MALTA_ICT


def perform(before: Memorandum, command: Command) -> Memorandum:
    match command:
        case Command.EDIT:
            return memoranda.edit(before, MEMORANDUM_TERMS, None)
        case Command.DELETE:
            memoranda.check_deletable(before)
            return replace(before, version=before.version + 1)
        case Command.PROPOSE:
            return memoranda.propose(before, KNOWN.institutions)
        case Command.APPROVE:
            return memoranda.approve(before, approval(uuid4()), seen(before), None, KNOWN.institutions)[0]
        case Command.REJECT:
            return memoranda.reject(before, ending(HOST))
        case Command.WITHDRAW:
            return memoranda.withdraw(before, ending())


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", Command)
def test_a_memorandum_moves_only_as_the_table_says(state: State, command: Command):
    before = memorandum(state)
    if (state, command) in TRANSITIONS:
        after = perform(before, command)
        assert (after.state, after.version) == (TRANSITIONS[state, command], before.version + 1)
    else:
        with pytest.raises(WrongState) as problem:
            perform(before, command)
        assert problem.value.members["possible"] == [step for origin, step in TRANSITIONS if origin is state]


def test_the_last_approval_activates_and_is_said():
    partly = memorandum(State.PARTLY_APPROVED)
    active, facts = memoranda.approve(partly, approval(HOST), seen(partly), None, KNOWN.institutions)
    assert active.state is ONCE_ALL_APPROVED[State.PARTLY_APPROVED] is State.ACTIVE
    (fact,) = facts
    assert (fact.version, fact.content_version, fact.content_hash) == (4, 1, active.revision.hash)
    assert (fact.activated_on, fact.valid_from) == (AT.date(), MEMORANDUM_TERMS.valid_from)
    assert {(party.institution_id, party.country) for party in fact.parties} == {(HOME, "MT"), (HOST, "IT")}


def test_one_approval_is_never_in_force():
    proposed = memorandum(State.PROPOSED)
    for party in (HOME, HOST):
        partly, facts = memoranda.approve(proposed, approval(party), seen(proposed), None, KNOWN.institutions)
        assert facts == []
        assert partly.state is State.PARTLY_APPROVED
        assert partly.why_not_in_force(AT.date()) == "It is partly_approved, not active."


def test_all_of_three_parties_have_to_approve():
    third = replace(MEMORANDUM_TERMS.parties[1], institution_id=ITALY_REGION.institution_id, functions=())
    before = memorandum(State.PROPOSED, parties=(*MEMORANDUM_TERMS.parties, third))
    said = []
    for party in (HOST, ITALY_REGION.institution_id, HOME):
        before, facts = memoranda.approve(before, approval(party), seen(before), None, KNOWN.institutions)
        said.append((before.state, len(facts)))
    assert said == [(State.PARTLY_APPROVED, 0), (State.PARTLY_APPROVED, 0), (State.ACTIVE, 1)]


def test_approving_twice_counts_once():
    partly = memorandum(State.PARTLY_APPROVED)
    assert memoranda.approve(partly, approval(HOME), seen(partly), None, KNOWN.institutions) == (partly, [])


@pytest.mark.parametrize("stale", [Seen(2, "right"), Seen(1, "0" * 64)])
def test_a_signature_counts_only_for_what_the_signer_saw(stale: Seen):
    proposed = memorandum(State.PROPOSED)
    shown = replace(stale, content_hash=stale.content_hash.replace("right", proposed.revision.hash))
    with pytest.raises(StaleApproval):
        memoranda.approve(proposed, approval(HOST), shown, None, KNOWN.institutions)


def test_a_party_may_give_its_own_code_with_its_approval():
    proposed = memoranda.propose(memoranda.draft(uuid4(), HOME, MEMORANDUM_TERMS, "MT-7"), KNOWN.institutions)
    approved, _ = memoranda.approve(proposed, approval(HOST), seen(proposed), "IT-2026", KNOWN.institutions)
    assert approved.codes == {HOME: "MT-7", HOST: "IT-2026"}


def test_codes_are_no_part_of_what_is_signed():
    drafted = memoranda.draft(uuid4(), HOME, MEMORANDUM_TERMS, "MT-7")
    assert memoranda.edit(drafted, MEMORANDUM_TERMS, "MT-8").revision == drafted.revision


@given(st.data())
def test_who_lists_the_same_in_another_order_signs_the_same(data: st.DataObject):
    terms = replace(MEMORANDUM_TERMS, qualifications=(covered(MALTA_ICT), covered(ITALY_ICT)))
    shuffled = replace(
        terms,
        parties=tuple(
            replace(party, functions=tuple(data.draw(st.permutations(party.functions))))
            for party in data.draw(st.permutations(terms.parties))
        ),
        qualifications=tuple(
            replace(one, unit_ids=tuple(data.draw(st.permutations(one.unit_ids))))
            for one in data.draw(st.permutations(terms.qualifications))
        ),
        automatic_recognition=tuple(data.draw(st.permutations(terms.automatic_recognition))),
    )
    assert hash_of(shuffled) == hash_of(terms)


@pytest.mark.parametrize(
    "changes",
    [
        {"parties": MEMORANDUM_TERMS.parties[:1]},
        {"qualifications": (covered(ITALY_ICT),)},
        {"automatic_recognition": automatic(HOME, MALTA_ICT)[1:]},
        {"two_person_rule": True},
        {"confirmations": replace(MEMORANDUM_TERMS.confirmations, status=None)},
        {"valid_until": date(2029, 1, 1)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_every_term_is_part_of_what_is_signed(changes):
    assert hash_of(replace(MEMORANDUM_TERMS, **changes)) != hash_of(MEMORANDUM_TERMS)


def test_editing_a_draft_keeps_the_number_and_changes_the_hash():
    drafted = memorandum(State.DRAFT)
    edited = memoranda.edit(drafted, replace(MEMORANDUM_TERMS, two_person_rule=True), None)
    assert edited.revision.number == drafted.revision.number == 1
    assert edited.revision.hash != drafted.revision.hash


def test_it_is_in_force_from_the_first_to_the_last_day_of_its_validity():
    active, day = memorandum(State.ACTIVE), timedelta(days=1)
    first, last = active.terms.valid_from, active.terms.valid_until
    assert active.why_not_in_force(first) is active.why_not_in_force(last) is None
    assert active.why_not_in_force(first - day) == "It is valid only from 2026-01-01."
    assert active.why_not_in_force(last + day) == "It was valid only until 2028-12-31."


def hash_of(terms: Terms) -> str:
    return memoranda.draft(uuid4(), HOME, terms, None).revision.hash
