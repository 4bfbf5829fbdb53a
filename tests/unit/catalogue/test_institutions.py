from dataclasses import replace
from uuid import uuid4

import pytest

from services.catalogue.domain.institutions import (
    Institution,
    InstitutionCommand,
    InstitutionProfile,
    InstitutionState,
    change,
    merge,
    refuse_duplicate,
    register,
)
from shared.contracts.catalogue import EcvetFunction, InstitutionChanged, InstitutionRegistered
from shared.problems import DuplicateInstitution, Validation, WrongState
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL
from tests.support.builders.catalogue_aggregates import institution


def profile_of(one: Institution) -> InstitutionProfile:
    return InstitutionProfile(
        name=one.name, country=one.country, oid=one.oid, pic=one.pic, competences=one.competences, demo=one.demo
    )


def test_registration_says_the_whole_institution():
    registered, facts = register(profile_of(institution()), MALTA.institution_id)
    assert registered == institution()
    assert facts == [InstitutionRegistered(**vars(MALTA))]


def test_a_change_says_the_whole_new_value_and_counts_on():
    changed, facts = change(institution(), replace(profile_of(institution()), name="Marsa College"))
    assert changed == replace(institution(), name="Marsa College", version=2)
    assert facts == [InstitutionChanged(**vars(MALTA) | {"name": "Marsa College", "version": 2})]


def test_an_institution_stays_in_its_country():
    with pytest.raises(Validation) as refused:
        change(institution(), replace(profile_of(institution()), country="IT"))
    assert refused.value.members["errors"][0]["pointer"] == "/country"


def test_each_function_is_held_once():
    first, *_ = MALTA.competences
    with pytest.raises(Validation) as refused:
        register(replace(profile_of(institution()), competences=(first, first)), uuid4())
    assert [error["pointer"] for error in refused.value.members["errors"]] == ["/competences/1/function"]


def test_it_holds_a_function_if_one_of_several_is_enough():
    assert institution().holds(EcvetFunction.AWARDS_QUALIFICATIONS, EcvetFunction.DESIGNS_QUALIFICATIONS)
    assert not institution().holds(EcvetFunction.AWARDS_QUALIFICATIONS)


def another(**members: object) -> Institution:
    """Like Malta's school, but registered under another id."""
    return replace(institution(), institution_id=uuid4(), **members)  # type: ignore[arg-type] # whatever the test wants


POSSIBLE = {
    (InstitutionState.REGISTERED, InstitutionCommand.CHANGE): InstitutionState.REGISTERED,
    (InstitutionState.REGISTERED, InstitutionCommand.MERGE): InstitutionState.MERGED,
}


@pytest.mark.parametrize("state", InstitutionState)
@pytest.mark.parametrize("command", InstitutionCommand)
def test_only_what_is_not_merged_can_be_changed_or_merged(state: InstitutionState, command: InstitutionCommand):
    survivor = another()
    before = institution() if state is InstitutionState.REGISTERED else another(merged_into_id=uuid4())

    def act() -> Institution:
        if command is InstitutionCommand.CHANGE:
            return change(before, profile_of(before))[0]
        return merge(before, survivor, [], "twice")[0][0]

    if (state, command) in POSSIBLE:
        assert act().state is POSSIBLE[state, command]
    else:
        with pytest.raises(WrongState) as refused:
            act()
        assert refused.value.members == {"state": "merged", "possible": []}


def test_a_merger_says_where_it_went_and_takes_along_what_was_merged_before():
    survivor, duplicate = institution(), another()
    earlier = another(merged_into_id=duplicate.institution_id, merge_reason="once before")
    changed, facts = merge(duplicate, survivor, [earlier], "registered twice")
    assert [one.merge_reason for one in changed] == ["registered twice", "once before"]
    assert {one.merged_into_id for one in changed} == {MALTA.institution_id}
    assert [(fact.institution_id, fact.version, fact.merged_into_id) for fact in facts] == [
        (one.institution_id, 2, MALTA.institution_id) for one in (duplicate, earlier)
    ]
    assert not any(hasattr(fact, "merge_reason") for fact in facts)


@pytest.mark.parametrize(
    ("survivor", "code"), [(institution(), "circular"), (institution(ITALY), "foreign"), (None, "unknown")]
)
def test_a_merger_has_another_institution_of_the_same_country_to_go_to(survivor: Institution | None, code: str):
    with pytest.raises(Validation) as refused:
        merge(institution(), survivor, [], "twice")
    assert [(one["pointer"], one["code"]) for one in refused.value.members["errors"]] == [("/into_id", code)]


@pytest.mark.parametrize(
    "name", ["MARSA  vocational institute", "Marsa Vocàtional-Institute.", "marsavocationalinstitute"]
)
def test_a_name_is_the_same_whatever_its_case_accents_spaces_and_punctuation(name: str):
    assert another(name=name).name_key == institution().name_key


@pytest.mark.parametrize("name", ["Marsa Vocational Institute 2", "Marsa", "Ίδρυμα", "???"])
def test_other_names_are_told_apart(name: str):
    assert another(name=name).name_key not in {"", institution().name_key}


def test_a_duplicate_names_what_it_is_the_same_as_and_why():
    same_pic = another(pic="999999999", name="Another name")
    with pytest.raises(DuplicateInstitution) as refused:
        refuse_duplicate(another(pic="999999999"), [institution(), same_pic])
    assert refused.value.members["duplicates"] == [
        {"institution_id": str(MALTA.institution_id), "same": "name"},
        {"institution_id": str(same_pic.institution_id), "same": "pic"},
    ]


def test_who_says_that_it_is_another_one_is_believed():
    refuse_duplicate(another(not_a_duplicate_of=(MALTA.institution_id,)), [institution()])
    with pytest.raises(DuplicateInstitution):
        refuse_duplicate(another(not_a_duplicate_of=(ITALY.institution_id,)), [institution()])


def test_a_merged_duplicate_stands_for_its_survivor():
    merged = another(merged_into_id=MALTA.institution_id)
    refuse_duplicate(institution(), [merged])
    with pytest.raises(DuplicateInstitution, match=str(MALTA.institution_id)):
        refuse_duplicate(another(), [merged])
    refuse_duplicate(another(not_a_duplicate_of=(MALTA.institution_id,)), [merged])


def test_what_was_told_apart_stays_told_apart():
    told_apart = another(not_a_duplicate_of=(MALTA.institution_id,))
    further = replace(profile_of(told_apart), not_a_duplicate_of=(MALTA_COUNCIL.institution_id, MALTA.institution_id))
    changed, _ = change(told_apart, further)
    assert changed.not_a_duplicate_of == (MALTA.institution_id, MALTA_COUNCIL.institution_id)
