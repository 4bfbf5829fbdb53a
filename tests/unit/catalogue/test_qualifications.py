from dataclasses import replace
from itertools import product
from uuid import UUID, uuid4

import pytest

from services.catalogue.domain import publication
from services.catalogue.domain.joint_design import Consent
from services.catalogue.domain.qualifications import (
    QualificationCommand,
    QualificationState,
    draft,
    edit,
    revise,
    withdraw_draft,
)
from shared.problems import NotCompetent, Validation, WrongState
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL, MALTA_ICT, VET_SCHOOL
from tests.support.builders.catalogue_aggregates import (
    as_new,
    awarded,
    description_of,
    entry_of,
    institution,
    numbered,
    qualification,
)

ENTRIES = tuple(entry_of(unit) for unit in MALTA_ICT.units)
DESCRIPTION = description_of(qualification())


def pointers(refused: pytest.ExceptionInfo[Validation]) -> list[str]:
    return [error["pointer"] for error in refused.value.members["errors"]]


POSSIBLE = {
    "draft": {"edit": "draft", "consents": "draft", "publication": "published", "draft-withdrawal": "published"},
    "published": {"versions": "draft"},
    "superseded": {},
}
"""From each state: what may be done, and the state after it."""


@pytest.mark.parametrize(("state", "command"), [*product(QualificationState, QualificationCommand)])
def test_only_what_the_table_allows_is_possible(state: QualificationState, command: QualificationCommand):
    joint = replace(DESCRIPTION, designed_by_ids=(MALTA.institution_id, ITALY.institution_id))
    current = replace(qualification(state=state), **vars(joint), supersedes_version=1)
    consent = Consent(institution_id=ITALY.institution_id, content_hash=current.content_hash)
    commands = {
        "edit": lambda: edit(current, joint, ENTRIES, ids=numbered()),
        "consents": lambda: publication.consent(current, ITALY.institution_id, current.content_hash),
        "publication": lambda: publication.publish(
            awarded(replace(current, consents=(consent,))),
            institution(MALTA_COUNCIL),
            designers=[institution(), institution(ITALY)],
        )[0],
        "draft-withdrawal": lambda: withdraw_draft(current, qualification(state=QualificationState.PUBLISHED)),
        "versions": lambda: revise(current, current.version),
    }
    if command in POSSIBLE[state]:
        after = commands[command]()
        assert (after.state, after.version) == (POSSIBLE[state][command], current.version + 1)
    else:
        with pytest.raises(WrongState) as refused:
            commands[command]()
        assert refused.value.members["state"] == state
        assert set(refused.value.members["possible"]) == POSSIBLE[state].keys()


def test_a_first_draft_has_nothing_that_it_could_be_withdrawn_for():
    with pytest.raises(WrongState) as refused:
        withdraw_draft(qualification(), None)
    assert refused.value.members == {"state": "draft", "possible": ["consents", "edit", "publication"]}


def test_the_next_version_begins_with_the_same_content_and_ids_and_a_version_that_never_was():
    published = qualification(state=QualificationState.PUBLISHED)
    next_ = revise(published, latest=7)
    assert next_ == replace(qualification(), version=8, supersedes_version=published.version)


def test_a_withdrawn_draft_leaves_what_was_published_and_uses_its_version_up():
    published = replace(qualification(state=QualificationState.PUBLISHED), supersedes_version=1)
    edited = replace(revise(published, latest=2), isced_f="0613", version=6)
    assert withdraw_draft(edited, published) == replace(published, version=7)


def test_the_fact_of_the_next_version_says_which_one_it_supersedes():
    next_ = revise(qualification(state=QualificationState.PUBLISHED), latest=2)
    published, (fact,) = publication.publish(awarded(next_), institution(MALTA_COUNCIL), designers=[institution()])
    assert (fact.version, fact.supersedes_version) == (published.version, 2) == (4, 2)


def test_a_draft_belongs_to_its_author_and_gets_all_its_ids_here():
    drafted = draft(DESCRIPTION, [as_new(entry) for entry in ENTRIES], owner=institution(), ids=numbered())
    assert (drafted.owner_id, drafted.version, drafted.state) == (MALTA.institution_id, 1, QualificationState.DRAFT)
    ids = [drafted.qualification_id, *(unit.unit_id for unit in drafted.units)]
    ids += [outcome.outcome_id for unit in drafted.units for outcome in unit.outcomes]
    assert sorted(ids) == [UUID(int=number) for number in range(1, 1 + 1 + 5 + 15)]


def test_who_neither_designs_nor_awards_qualifications_drafts_none():
    only_trains = replace(institution(ITALY), competences=institution(ITALY).competences[1:])
    assert [competence.function for competence in only_trains.competences] == [*VET_SCHOOL[1:]]
    for owner in (only_trains, None):
        with pytest.raises(NotCompetent):
            draft(DESCRIPTION, [], owner=owner, ids=numbered())


def test_an_edit_keeps_the_ids_that_are_sent_again_and_gives_ids_to_what_is_new():
    first, second, *_ = ENTRIES
    new_outcome = replace(first.outcomes[0], outcome_id=None, code="U1.K2")
    extended = replace(first, code="U1a", outcomes=(*first.outcomes, new_outcome))
    edited = edit(qualification(), DESCRIPTION, [as_new(second), extended], ids=numbered())
    new, kept = edited.units
    assert new.unit_id == UUID(int=1)
    assert (kept.unit_id, kept.code) == (MALTA_ICT.units[0].unit_id, "U1a")
    assert kept.outcomes[:3] == MALTA_ICT.units[0].outcomes
    assert kept.outcomes[3].outcome_id == UUID(int=5)


def test_an_edit_replaces_the_draft_as_a_whole():
    edited = edit(qualification(), replace(DESCRIPTION, isced_f="0613", points=None), [], ids=numbered())
    assert (edited.isced_f, edited.points, edited.units) == ("0613", None, ())
    assert edited.owner_id == MALTA.institution_id


def test_nobody_makes_up_ids_or_gives_one_twice():
    first, *_ = ENTRIES
    with pytest.raises(Validation) as refused:
        edit(qualification(), DESCRIPTION, [first, first, replace(first, unit_id=uuid4())], ids=numbered())
    assert pointers(refused) == ["/units/2/unit_id", "/units/1/unit_id"]
    stranger = replace(first.outcomes[0], outcome_id=uuid4())
    with pytest.raises(Validation) as refused:
        edit(qualification(), DESCRIPTION, [replace(first, outcomes=(stranger,))], ids=numbered())
    assert pointers(refused) == ["/units/0/outcomes/0/outcome_id"]
