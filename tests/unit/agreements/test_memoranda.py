"""From a draft to its coming into force; `test_memorandum_steps` says who may do what from which state."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Memorandum, State, Taken
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.revisions import Seen
from shared.contracts.agreements import (
    MemorandumActivated,
    MemorandumApproved,
    MemorandumCounterProposed,
    MemorandumProposed,
)
from shared.problems import NotCompetent, StaleApproval, Validation
from tests.support.agreeing import AT, HOME, HOST, KNOWN, MEMORANDUM_TERMS, covered_here, memorandum, seen, signatory
from tests.support.builders.agreements import automatic
from tests.support.builders.catalogue import ITALY_ICT, ITALY_REGION, MALTA_ICT

INSTITUTIONS = KNOWN.institutions
LONGER = replace(MEMORANDUM_TERMS, maximum_days=180)
THIRD = replace(MEMORANDUM_TERMS.parties[1], institution_id=ITALY_REGION.institution_id, functions=())


def approve(before: Memorandum, party: UUID, shown: Seen | None = None, code: str | None = None) -> Taken:
    taken = memoranda.approve(before, signatory(party), shown or seen(before), code, INSTITUTIONS, AT)
    assert taken
    return taken


def test_what_is_proposed_is_said():
    taken = memoranda.propose(memorandum(State.DRAFT), signatory(HOME), INSTITUTIONS, AT)
    [fact] = taken.facts
    assert isinstance(fact, MemorandumProposed)
    assert (fact.by_id, fact.occurred_on, fact.content_hash) == (HOME, AT.date(), taken.memorandum.revision.hash)
    assert {(party.institution_id, party.country) for party in fact.parties} == {(HOME, "MT"), (HOST, "IT")}


def test_the_last_approval_activates_and_is_said():
    taken = approve(memorandum(State.PARTLY_APPROVED), HOST)
    yes, fact = taken.facts
    assert isinstance(yes, MemorandumApproved)
    assert isinstance(fact, MemorandumActivated)
    assert taken.memorandum.state is State.ACTIVE
    assert (fact.version, fact.content_version, fact.content_hash) == (4, 1, taken.memorandum.revision.hash)
    assert (fact.activated_on, fact.valid_from) == (AT.date(), MEMORANDUM_TERMS.valid_from)
    assert {(party.institution_id, party.country) for party in fact.parties} == {(HOME, "MT"), (HOST, "IT")}


def test_one_approval_is_never_in_force():
    for party in (HOME, HOST):
        taken = approve(memorandum(State.PROPOSED), party)
        assert [type(fact) for fact in taken.facts] == [MemorandumApproved]
        assert taken.memorandum.state is State.PARTLY_APPROVED
        assert taken.memorandum.why_not_in_force(AT.date()) == "It is partly_approved, not active."


def test_all_of_three_parties_have_to_approve():
    before = memorandum(State.PROPOSED, parties=(*MEMORANDUM_TERMS.parties, THIRD))
    states = []
    for party in (HOST, ITALY_REGION.institution_id, HOME):
        before = approve(before, party).memorandum
        states.append(before.state)
    assert states == [State.PARTLY_APPROVED, State.PARTLY_APPROVED, State.ACTIVE]


def test_approving_twice_counts_once():
    partly = memorandum(State.PARTLY_APPROVED)
    assert memoranda.approve(partly, signatory(HOME), seen(partly), None, INSTITUTIONS, AT) is None


@pytest.mark.parametrize("stale", [Seen(2, "right"), Seen(1, "0" * 64)])
def test_a_signature_counts_only_for_what_the_signer_saw(stale: Seen):
    proposed = memorandum(State.PROPOSED)
    shown = replace(stale, content_hash=stale.content_hash.replace("right", proposed.revision.hash))
    with pytest.raises(StaleApproval):
        approve(proposed, HOST, shown)


def test_nobody_signs_for_a_function_that_it_has_lost():
    lost = {**INSTITUTIONS, HOST: replace(INSTITUTIONS[HOST], functions=frozenset())}
    proposed = memorandum(State.PROPOSED)
    with pytest.raises(NotCompetent):
        memoranda.approve(proposed, signatory(HOST), seen(proposed), None, lost, AT)


def test_a_counter_proposal_voids_what_was_approved_before():
    partly = memorandum(State.PARTLY_APPROVED)
    taken = memoranda.counter_propose(partly, LONGER, None, signatory(HOST), INSTITUTIONS, AT)
    countered = taken.memorandum
    assert (countered.state, countered.approvals, countered.proposed_by) == (State.PROPOSED, (), HOST)
    assert (countered.revision.number, countered.contents, countered.terms) == (2, 2, LONGER)
    [fact] = taken.facts
    assert isinstance(fact, MemorandumCounterProposed)
    assert (fact.content_version, fact.content_hash) == (2, countered.revision.hash)
    with pytest.raises(StaleApproval):
        approve(countered, HOME, seen(partly))
    assert approve(approve(countered, HOME).memorandum, HOST).memorandum.state is State.ACTIVE


def test_the_same_terms_are_no_counter_proposal():
    with pytest.raises(Validation):
        memoranda.counter_propose(memorandum(State.PROPOSED), MEMORANDUM_TERMS, None, signatory(HOST), INSTITUTIONS, AT)


def test_who_was_once_asked_may_go_on_reading():
    with_third = replace(LONGER, parties=(*LONGER.parties, THIRD))
    first = memoranda.counter_propose(memorandum(State.PROPOSED), with_third, None, signatory(HOST), INSTITUTIONS, AT)
    second = memoranda.counter_propose(first.memorandum, LONGER, None, signatory(HOME), INSTITUTIONS, AT).memorandum
    assert set(second.party_ids) == {HOME, HOST, ITALY_REGION.institution_id}
    assert set(second.terms.party_ids) == {HOME, HOST}


def test_a_party_may_give_its_own_code_with_its_approval():
    drafted = memoranda.draft(uuid4(), MEMORANDUM_TERMS, "MT-7", None, signatory(HOME), INSTITUTIONS, AT).memorandum
    proposed = memoranda.propose(drafted, signatory(HOME), INSTITUTIONS, AT).memorandum
    assert approve(proposed, HOST, code="IT-2026").memorandum.codes == {HOME: "MT-7", HOST: "IT-2026"}


def test_codes_are_no_part_of_what_is_signed():
    drafted = memoranda.draft(uuid4(), MEMORANDUM_TERMS, "MT-7", None, signatory(HOME), INSTITUTIONS, AT).memorandum
    edited = memoranda.edit(drafted, MEMORANDUM_TERMS, "MT-8", None, signatory(HOME), INSTITUTIONS, AT).memorandum
    assert edited.revision == drafted.revision


def test_general_information_is_no_part_of_what_is_signed_and_leaves_what_was_there():
    active, info = memorandum(State.ACTIVE), memoranda.GeneralInfo(website="https://school.example")
    first = memoranda.change_general_info(active, signatory(HOST), info, INSTITUTIONS, AT)
    second = memoranda.change_general_info(first.memorandum, signatory(HOST), memoranda.GeneralInfo(), INSTITUTIONS, AT)
    assert (second.memorandum.revision, second.memorandum.approvals) == (active.revision, active.approvals)
    assert second.entry.before == {"website": "https://school.example", "address": None, "contacts": ()}


@given(st.data())
def test_who_lists_the_same_in_another_order_signs_the_same(data: st.DataObject):
    terms = replace(MEMORANDUM_TERMS, qualifications=(covered_here(MALTA_ICT), covered_here(ITALY_ICT)))
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
        {"qualifications": (covered_here(ITALY_ICT),)},
        {"automatic_recognition": automatic(HOME, MALTA_ICT)[1:]},
        {"two_person_rule": True},
        {"confirmations": replace(MEMORANDUM_TERMS.confirmations, status=None)},
        {"valid_until": date(2029, 1, 1)},
        {"minimum_days": 14},
        {"notice_months": 6},
        {"objectives": {"en": "Units learnt abroad count at home."}},
        {"comparability_ids": (UUID(int=7),)},
        {"renews_id": UUID(int=8)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_every_term_is_part_of_what_is_signed(changes):
    assert hash_of(replace(MEMORANDUM_TERMS, **changes)) != hash_of(MEMORANDUM_TERMS)


def test_editing_a_draft_keeps_the_number_and_changes_the_hash():
    drafted = memorandum(State.DRAFT)
    edited = memoranda.edit(drafted, LONGER, None, None, signatory(HOME), INSTITUTIONS, AT).memorandum
    assert edited.revision.number == drafted.revision.number == 1
    assert edited.revision.hash != drafted.revision.hash


def test_it_is_in_force_from_the_first_to_the_last_day_of_its_validity():
    active, day = memorandum(State.ACTIVE), timedelta(days=1)
    first, last = active.terms.valid_from, active.terms.valid_until
    assert active.why_not_in_force(first) is active.why_not_in_force(last) is None
    assert active.why_not_in_force(first - day) == "It is valid only from 2026-01-01."
    assert active.why_not_in_force(last + day) == "It was valid only until 2028-12-31."


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, ["before_renewed"]),
        ({"valid_from": date(2027, 1, 1)}, []),
        ({"valid_from": date(2027, 1, 1), "parties": (*MEMORANDUM_TERMS.parties, THIRD)}, ["other_parties"]),
    ],
)
def test_a_renewal_goes_on_among_the_same_parties(changes, codes: list[str]):
    terms = replace(MEMORANDUM_TERMS, renews_id=UUID(int=1), **changes)
    for state in State:
        expected = [] if state in RENEWABLE else ["not_renewable"]
        assert refused(terms, memorandum(state)) == expected + codes


RENEWABLE = {State.ACTIVE, State.SUSPENDED, State.TERMINATION_NOTIFIED, State.EXPIRED}


def refused(terms: Terms, renewed: Memorandum) -> list[str]:
    try:
        memoranda.check_renewal(terms, renewed)
    except Validation as problem:
        return [error["code"] for error in problem.members["errors"]]
    return []


def hash_of(terms: Terms) -> str:
    return memoranda.draft(uuid4(), terms, None, None, signatory(HOME), INSTITUTIONS, AT).memorandum.revision.hash
