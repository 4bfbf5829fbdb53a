"""What the service keeps of the catalogue, in whatever order and however often it comes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.agreements import store
from services.agreements.domain.reference import Comparability
from shared.contracts.catalogue import ComparabilityDeclared, InstitutionChanged
from shared.contracts.facts import Fact
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.agreements.conftest import hear, withdrawal_of
from tests.support.agreeing import AGREEMENT_TERMS, unit_abroad
from tests.support.builders.agreements import comparability_of
from tests.support.builders.catalogue import ITALY_ICT, MALTA, MALTA_ICT, country_policy

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_the_newest_value_of_an_institution_stays(agreements: Running):
    registered = replace(MALTA, institution_id=uuid4())
    changed = [
        InstitutionChanged(**vars(replace(registered, version=version, competences=registered.competences[:left])))
        for version, left in ((2, 3), (3, 1))
    ]
    await hear(agreements, [registered, *changed])
    await hear(agreements, [changed[0], registered])
    async with agreements.database.transaction(SYSTEM) as tx:
        known = await store.load_reference(tx, institutions={registered.institution_id})
    assert known.institutions[registered.institution_id].functions == {registered.competences[0].function}


async def test_every_version_of_a_qualification_stays(agreements: Running):
    older = replace(MALTA_ICT, qualification_id=uuid4(), units=MALTA_ICT.units[:2])
    newer = replace(older, version=older.version + 1, units=MALTA_ICT.units)
    await hear(agreements, [newer, older, newer])
    wanted = {(older.qualification_id, older.version), (newer.qualification_id, newer.version)}
    async with agreements.database.transaction(SYSTEM) as tx:
        known = await store.load_reference(tx, qualifications=wanted)
    assert {key: len(found.unit_ids) for key, found in known.qualifications.items()} == {
        (older.qualification_id, older.version): 2,
        (newer.qualification_id, newer.version): 5,
    }


async def age_on(agreements: Running, country: str, day: date) -> int | None:
    async with agreements.database.transaction(SYSTEM) as tx:
        return await store.load_minimum_age(tx, {country}, day)


@pytest.mark.parametrize(("country", "step"), [("EE", 1), ("FI", -1)], ids=["in order", "reversed"])
async def test_the_age_is_that_of_the_policy_in_force_however_often_others_were_written(
    agreements: Running, country: str, step: int
):
    """16 until the end of 2039, then 25, from 2045 on 30, and 16 again from 2050 on."""
    first = country_policy(country, country_policy_id=uuid4(), minimum_age=16)
    ended = replace(first, version=3, valid_until=date(2039, 12, 31))
    second = country_policy(country, country_policy_id=uuid4(), version=2, minimum_age=25, valid_from=date(2040, 1, 1))
    over = replace(second, version=3, valid_until=date(2044, 12, 31))
    third = country_policy(country, country_policy_id=uuid4(), version=9, minimum_age=30, valid_from=date(2045, 1, 1))
    gone = replace(third, version=10, valid_until=date(2049, 12, 31))
    fourth = country_policy(country, country_policy_id=uuid4(), version=2, minimum_age=16, valid_from=date(2050, 1, 1))
    said: list[Fact] = [first, ended, second, over, third, gone, fourth]
    await hear(agreements, said[::step])
    days = [date(year, 6, 1) for year in (2025, 2030, 2041, 2046, 2051)]
    assert [await age_on(agreements, country, day) for day in days] == [None, 16, 25, 30, 16]


async def test_after_the_end_of_the_last_policy_none_returns(agreements: Running):
    first = country_policy("LV", country_policy_id=uuid4(), minimum_age=30)
    second = country_policy("LV", country_policy_id=uuid4(), minimum_age=16, valid_from=date(2040, 1, 1))
    second = replace(second, valid_until=date(2041, 12, 31))
    await hear(agreements, [first, second])
    assert [await age_on(agreements, "LV", date(year, 6, 1)) for year in (2039, 2041, 2042)] == [30, 16, None]


async def test_titles_are_those_of_the_version_that_is_signed_and_abroad_the_newest(agreements: Running):
    home, abroad = (replace(said, qualification_id=uuid4()) for said in (MALTA_ICT, ITALY_ICT))
    unit = replace(abroad.units[0], unit_id=uuid4())
    old, new = ({"en": f"As it was called in {year}"} for year in (2025, 2026))
    for version, title in ((3, new), (2, old)):
        units = (replace(unit, title=title),)
        await hear(agreements, [replace(said, version=version, title=title, units=units) for said in (home, abroad)])
    learnt = unit_abroad(host_unit_id=unit.unit_id)
    terms = replace(AGREEMENT_TERMS, qualification_id=home.qualification_id, qualification_version=2, units=(learnt,))
    async with agreements.database.transaction(SYSTEM) as tx:
        titles = await store.load_titles(tx, terms)
        names = await store.load_institution_names(tx, [MALTA.institution_id, uuid4()])
    assert titles[home.qualification_id] == old
    assert titles[abroad.qualification_id] == new
    assert names == {MALTA.institution_id: MALTA.name}


async def known_after(agreements: Running, facts: Sequence[Fact], declared: ComparabilityDeclared) -> Comparability:
    await hear(agreements, facts)
    async with agreements.database.transaction(SYSTEM) as tx:
        known = await store.load_reference(tx, comparabilities={declared.comparability_id})
    return known.comparabilities[declared.comparability_id]


async def test_a_withdrawal_holds_whether_it_comes_after_or_before_its_declaration(agreements: Running):
    for reverse in (False, True):
        declared = replace(comparability_of("U3"), comparability_id=uuid4())
        facts = sorted([declared, withdrawal_of(declared)], key=lambda fact: fact.version, reverse=reverse)
        known = await known_after(agreements, facts, declared)
        assert (known.version, known.withdrawn_on) == (2, date(2026, 9, 1))


async def test_what_is_declared_is_kept_as_it_was_said(agreements: Running):
    declared = replace(comparability_of("U3"), comparability_id=uuid4(), valid_until=date(2027, 8, 31))
    declared = replace(declared, conditions={"en": "Only after a safety exam"})
    known = await known_after(agreements, [declared], declared)
    assert known.outcomes == set(declared.outcomes)
    assert known.withdrawn_on is None
    assert (known.valid_from, known.valid_until) == (declared.valid_from, declared.valid_until)
    assert (known.home_unit_id, known.host_unit_id) == (declared.home_unit_id, declared.host_unit_id)
    assert (known.home_qualification_id, known.has_conditions) == (declared.home_qualification_id, True)
