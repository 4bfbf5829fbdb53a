from dataclasses import replace
from uuid import uuid4

import pytest

from services.catalogue.domain.institutions import Institution, InstitutionProfile, change, register
from shared.contracts.catalogue import EcvetFunction, InstitutionChanged, InstitutionRegistered
from shared.problems import Validation
from tests.support.builders.catalogue import MALTA
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
