from dataclasses import replace
from itertools import count, product
from uuid import UUID, uuid4

import pytest

from services.catalogue.domain import publication
from services.catalogue.domain.entries import OutcomeEntry, UnitEntry
from services.catalogue.domain.qualifications import (
    TRANSITIONS,
    Qualification,
    QualificationCommand,
    QualificationDescription,
    QualificationState,
    draft,
    edit,
)
from shared.contracts.catalogue import Unit
from shared.problems import NotCompetent, Validation, WrongState
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL, MALTA_ICT, VET_SCHOOL
from tests.support.builders.catalogue_aggregates import institution, qualification


def description_of(one: Qualification) -> QualificationDescription:
    return QualificationDescription(**{name: getattr(one, name) for name in QualificationDescription.__annotations__})


def entry_of(unit: Unit) -> UnitEntry:
    return UnitEntry(**vars(unit) | {"outcomes": tuple(OutcomeEntry(**vars(outcome)) for outcome in unit.outcomes)})


def as_new(entry: UnitEntry) -> UnitEntry:
    return replace(entry, unit_id=None, outcomes=tuple(replace(outcome, outcome_id=None) for outcome in entry.outcomes))


ENTRIES = tuple(entry_of(unit) for unit in MALTA_ICT.units)
DESCRIPTION = description_of(qualification())


def numbered(start: int = 1):
    return (UUID(int=number) for number in count(start))


def pointers(refused: pytest.ExceptionInfo[Validation]) -> list[str]:
    return [error["pointer"] for error in refused.value.members["errors"]]


@pytest.mark.parametrize(("state", "command"), [*product(QualificationState, QualificationCommand)])
def test_only_what_the_table_allows_is_possible(state: QualificationState, command: QualificationCommand):
    current = qualification(state=state)
    commands = {
        QualificationCommand.EDIT: lambda: edit(current, DESCRIPTION, ENTRIES, ids=numbered()),
        QualificationCommand.PUBLISH: lambda: publication.publish(current, institution(MALTA_COUNCIL))[0],
    }
    if (state, command) in TRANSITIONS:
        after = commands[command]()
        assert (after.state, after.version) == (TRANSITIONS[state, command], current.version + 1)
    else:
        with pytest.raises(WrongState) as refused:
            commands[command]()
        assert refused.value.members == {"state": state, "possible": []}


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
