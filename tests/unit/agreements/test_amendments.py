from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Memorandum, Override, State, Taken
from services.agreements.domain.memoranda.contents import Fate, fates, put_to_signature
from services.agreements.domain.memoranda.quorum import quorum
from services.agreements.domain.memorandum_terms import Terms
from shared.contracts.agreements import (
    MemorandumAmended,
    MemorandumAmendmentDropped,
    MemorandumAmendmentProposed,
    MemorandumApproved,
    MemorandumResumed,
)
from shared.problems import StaleApproval, Validation
from tests.support.agreeing import AT, HOME, HOST, KNOWN, MEMORANDUM_TERMS, covered_here, memorandum, seen, signatory
from tests.support.builders.catalogue import ITALY_ICT, ITALY_REGION, MALTA_ICT

INSTITUTIONS, REGION = KNOWN.institutions, ITALY_REGION.institution_id
LONGER = replace(MEMORANDUM_TERMS, maximum_days=180)
JOINING = replace(MEMORANDUM_TERMS.parties[1], institution_id=REGION, functions=())
OF_THREE = replace(
    MEMORANDUM_TERMS,
    parties=(*MEMORANDUM_TERMS.parties, JOINING),
    qualifications=(
        covered_here(MALTA_ICT, signatory_ids=(HOME, HOST)),
        covered_here(ITALY_ICT, signatory_ids=(HOST, REGION)),
    ),
)


def amending(terms: Terms = LONGER, by: UUID = HOME, before: Memorandum | None = None) -> Memorandum:
    before = before or memorandum(State.ACTIVE)
    return memoranda.propose_amendment(before, terms, None, signatory(by), INSTITUTIONS, AT).memorandum


def approve(before: Memorandum, party: UUID) -> Taken:
    assert before.amendment
    shown = seen(before.amendment)
    taken = memoranda.approve_amendment(before, signatory(party), shown, None, INSTITUTIONS, AT)
    assert taken
    return taken


def test_the_old_version_stays_in_force_until_all_have_approved_the_new_one():
    active = memorandum(State.ACTIVE)
    taken = memoranda.propose_amendment(active, LONGER, None, signatory(HOST), INSTITUTIONS, AT)
    assert [type(fact) for fact in taken.facts] == [MemorandumAmendmentProposed]
    partly = approve(taken.memorandum, HOST)
    assert [type(fact) for fact in partly.facts] == [MemorandumApproved]
    for before in (taken.memorandum, partly.memorandum):
        assert (before.terms, before.revision, before.approvals) == (active.terms, active.revision, active.approvals)
        assert before.why_not_in_force(AT.date()) is None
    last = approve(partly.memorandum, HOME)
    amended = last.memorandum
    assert (amended.terms, amended.revision.number, amended.amendment) == (LONGER, 2, None)
    assert [type(fact) for fact in last.facts] == [MemorandumApproved, MemorandumAmended]
    assert last.facts[1].version == amended.version


def test_an_amendment_is_approved_as_it_was_seen():
    before = amending()
    with pytest.raises(StaleApproval):
        memoranda.approve_amendment(before, signatory(HOST), seen(before), None, INSTITUTIONS, AT)


def test_approving_it_twice_counts_once():
    partly = approve(amending(), HOME).memorandum
    assert partly.amendment
    again = memoranda.approve_amendment(partly, signatory(HOME), seen(partly.amendment), None, INSTITUTIONS, AT)
    assert again is None


def test_why_there_has_to_be_another_like_it_counts_with_the_amendment_and_the_reason_before_stays_in_the_history():
    first, second = (Override(duplicate_of=UUID(int=id_), reason=f"Reason {id_}.") for id_ in (1, 2))
    active = replace(memorandum(State.ACTIVE), override=first)
    partly = approve(amending(before=active), HOME)
    assert (approve(partly.memorandum, HOST).memorandum.override, partly.entry.before) == (first, None)
    proposed = memoranda.propose_amendment(active, LONGER, second, signatory(HOME), INSTITUTIONS, AT).memorandum
    assert proposed.override == first
    partly = approve(proposed, HOME)
    last = approve(partly.memorandum, HOST)
    assert (partly.entry.before, last.memorandum.override) == (None, second)
    assert last.entry.before == {"duplicate": {"duplicate_of": UUID(int=1), "reason": "Reason 1."}}


@pytest.mark.parametrize("drop", [memoranda.reject_amendment, memoranda.withdraw_amendment])
def test_a_dropped_amendment_changes_nothing_and_its_number_is_not_used_again(drop):
    before = amending()
    taken = drop(before, signatory(HOME), "No.", INSTITUTIONS, AT)
    assert [type(fact) for fact in taken.facts] == [MemorandumAmendmentDropped]
    assert (taken.memorandum.terms, taken.memorandum.amendment) == (MEMORANDUM_TERMS, None)
    again = amending(before=taken.memorandum)
    assert again.amendment
    assert again.amendment.revision.number == 3


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"valid_from": date(2026, 3, 1)}, ("/valid_from", "gap")),
        ({"valid_until": date(2026, 2, 1)}, ("/valid_until", "past")),
        ({"renews_id": UUID(int=9)}, ("/renews_id", "fixed")),
        ({}, ("", "unchanged")),
    ],
)
def test_an_amendment_goes_on_from_what_is_in_force(changes, error: tuple[str, str]):
    with pytest.raises(Validation) as problem:
        amending(replace(MEMORANDUM_TERMS, **changes))
    assert [(one["pointer"], one["code"]) for one in problem.value.members["errors"]] == [error]


def test_a_new_party_is_asked_too_and_so_is_one_that_goes():
    joined = replace(MEMORANDUM_TERMS, parties=(*MEMORANDUM_TERMS.parties, JOINING))
    before = amending(joined)
    assert set(before.party_ids) == {HOME, HOST, REGION}
    for party in (HOME, HOST, REGION):
        before = approve(before, party).memorandum
    assert before.terms == joined
    leaving = amending(MEMORANDUM_TERMS, before=before)
    assert leaving.amendment
    assert set(leaving.amendment.needs) == {HOME, HOST, REGION}


FEWER = replace(OF_THREE.qualifications[0], unit_ids=OF_THREE.qualifications[0].unit_ids[1:])


@pytest.mark.parametrize(
    ("after", "needs"),
    [
        (replace(OF_THREE, qualifications=(FEWER, OF_THREE.qualifications[1])), {HOME, HOST}),
        (replace(OF_THREE, qualifications=OF_THREE.qualifications[:1]), {HOST, REGION}),
        (replace(OF_THREE, qualifications=(FEWER,)), {HOME, HOST, REGION}),
        (replace(OF_THREE, qualifications=(FEWER, OF_THREE.qualifications[1]), yearly_volume=5), {HOME, HOST, REGION}),
        (
            replace(OF_THREE, qualifications=(replace(FEWER, signatory_ids=None), OF_THREE.qualifications[1])),
            {HOME, HOST, REGION},
        ),
        (replace(OF_THREE, maximum_days=90), {HOME, HOST, REGION}),
        (OF_THREE, {HOME, HOST, REGION}),
    ],
)
def test_a_change_of_one_qualification_alone_needs_those_who_sign_for_it(after: Terms, needs: set[UUID]):
    assert quorum(OF_THREE, after) == needs


def test_a_suspension_is_not_got_rid_of_by_amending_its_qualification_away_and_back():
    qualifications, today = (covered_here(MALTA_ICT), covered_here(ITALY_ICT)), AT.date()
    active, suspended_id = memorandum(State.ACTIVE, qualifications=qualifications), ITALY_ICT.qualification_id
    suspended = memoranda.suspend(active, signatory(HOST), "Fire.", (suspended_id,), INSTITUTIONS, AT).memorandum
    without = approve(approve(amending(before=suspended), HOME).memorandum, HOST).memorandum
    again = amending(replace(LONGER, qualifications=qualifications), before=without)
    amended = approve(approve(again, HOME).memorandum, HOST).memorandum
    assert amended.why_not_in_force(today, suspended_id)
    assert amended.why_not_in_force(today, MALTA_ICT.qualification_id) is None


def test_what_a_party_holds_suspended_ends_when_it_leaves():
    qualifications, id_ = (covered_here(MALTA_ICT), covered_here(ITALY_ICT)), ITALY_ICT.qualification_id
    two = replace(MEMORANDUM_TERMS, qualifications=qualifications)
    before = memorandum(State.ACTIVE, qualifications=qualifications, parties=(*two.parties, JOINING))
    for party, scope in (REGION, None), (REGION, (id_,)), (HOST, (id_,)):
        before = memoranda.suspend(before, signatory(party), "Fire.", scope, INSTITUTIONS, AT).memorandum
    before = amending(two, before=before)
    for party in (REGION, HOME):
        before = approve(before, party).memorandum
    assert before.state is State.SUSPENDED
    last = approve(before, HOST)
    resumed = last.facts[2]
    assert isinstance(resumed, MemorandumResumed)
    assert (len(last.facts), resumed.qualification_ids, last.memorandum.state) == (3, None, State.ACTIVE)
    assert [one.institution_id for one in last.memorandum.suspensions] == [HOST]


def test_all_and_parts_that_a_leaving_party_held_are_resumed_one_version_after_the_other():
    ids = (MALTA_ICT.qualification_id,)
    before = memorandum(State.ACTIVE, parties=(*MEMORANDUM_TERMS.parties, JOINING))
    for scope in (None, ids):
        before = memoranda.suspend(before, signatory(REGION), "Fire.", scope, INSTITUTIONS, AT).memorandum
    before = amending(MEMORANDUM_TERMS, before=before)
    for party in (REGION, HOME):
        before = approve(before, party).memorandum
    last = approve(before, HOST)
    resumed = [fact for fact in last.facts if isinstance(fact, MemorandumResumed)]
    assert [fact.qualification_ids for fact in resumed] == [None, ids]
    assert [fact.version for fact in resumed] == [before.version + 1, last.memorandum.version]
    assert last.memorandum.version == before.version + 2


def test_the_fate_of_each_content_is_known():
    draft, proposed, active = (memorandum(state) for state in (State.DRAFT, State.PROPOSED, State.ACTIVE))
    amended = approve(approve(amending(before=active), HOME).memorandum, HOST).memorandum
    dropped = memoranda.reject_amendment(amending(), signatory(HOME), "No.", INSTITUTIONS, AT).memorandum
    content = put_to_signature(active, amending(before=active))
    assert content
    assert content.instead_of == (active.revision, active.terms)
    assert put_to_signature(draft, proposed)
    assert put_to_signature(active, active) is None
    assert list(fates(proposed, active)) == [(1, Fate.IN_FORCE)]
    assert list(fates(amending(before=active), amended)) == [(1, Fate.SUPERSEDED), (2, Fate.IN_FORCE)]
    assert list(fates(amending(), dropped)) == [(2, Fate.DROPPED)]
    assert list(fates(proposed, memorandum(State.REJECTED))) == [(1, Fate.DROPPED)]
