from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.catalogue.domain.publication import consent, publish
from services.catalogue.domain.qualifications import QualificationState
from shared.contracts.catalogue import InstitutionRegistered, Unit
from shared.problems import Validation
from tests.support.builders.catalogue import ITALY, ITALY_ICT, ITALY_REGION, MALTA, MALTA_COUNCIL, MALTA_ICT
from tests.support.builders.catalogue_aggregates import awarded, institution, qualification

U1, U2, U3, U4, U5 = MALTA_ICT.units


def missing(awarding_body: InstitutionRegistered | None = MALTA_COUNCIL, **changes: Any) -> list[tuple[str, str]]:
    """Pointer and code of everything that keeps the changed qualification from being published."""
    draft = awarded(qualification(replace(MALTA_ICT, **changes)))
    with pytest.raises(Validation) as refused:
        publish(draft, institution(awarding_body) if awarding_body else None, designers=[institution()])
    return [(error["pointer"], error["code"]) for error in refused.value.members["errors"]]


def with_first_unit(**changes: Any) -> tuple[Unit, ...]:
    return (replace(U1, **changes), U2, U3, U4, U5)


def test_publication_says_the_whole_qualification():
    draft = awarded(qualification(replace(MALTA_ICT, version=1)))
    published, facts = publish(draft, institution(MALTA_COUNCIL), designers=[institution()])
    assert published == replace(draft, state=QualificationState.PUBLISHED, version=2)
    assert facts == [MALTA_ICT]


def test_the_demo_world_adds_up_as_its_page_says():
    assert MALTA_ICT.points == 120
    assert sum(unit.notional_hours or 0 for unit in MALTA_ICT.units) == 3000
    assert all(unit.points and unit.notional_hours == unit.points * 25 for unit in MALTA_ICT.units)


def test_a_qualification_works_without_points():
    assert ITALY_ICT.points is None
    _, facts = publish(awarded(qualification(ITALY_ICT)), institution(ITALY_REGION), designers=[institution(ITALY)])
    assert facts == [replace(ITALY_ICT, version=3)]


def test_only_a_known_institution_that_awards_qualifications_can_award_this_one():
    assert missing(None) == [("/awarding_body_id", "not_competent")]
    assert missing(MALTA) == [("/awarding_body_id", "not_competent")]


@pytest.mark.parametrize(
    "owner", [ITALY, replace(MALTA, competences=()), replace(MALTA, merged_into_id=MALTA_COUNCIL.institution_id)]
)
def test_nobody_abroad_or_without_the_function_publishes_a_country_s_qualification(owner: InstitutionRegistered):
    with pytest.raises(Validation) as refused:
        publish(awarded(qualification()), institution(MALTA_COUNCIL), designers=[institution(owner)])
    (wrong,) = refused.value.members["errors"]
    assert (wrong["pointer"], wrong["code"]) == ("/country", "not_a_designer_s")


def test_what_was_merged_awards_nothing_any_more():
    """Its survivor may, whose id the qualification then names."""
    merged = replace(MALTA_COUNCIL, merged_into_id=MALTA.institution_id)
    assert missing(merged) == [("/awarding_body_id", "merged")]


def test_nobody_publishes_in_the_name_of_who_did_not_consent_to_this_content():
    draft, council = qualification(), institution(MALTA_COUNCIL)
    agreed = consent(draft, MALTA_COUNCIL.institution_id, draft.content_hash)
    for without in (draft, replace(agreed, isced_f="0613")):
        with pytest.raises(Validation) as refused:
            publish(without, council, designers=[institution()])
        (wrong,) = refused.value.members["errors"]
        assert (wrong["pointer"], wrong["code"]) == ("/awarding_body_id", "consent_missing")
    assert publish(agreed, council, designers=[institution()])


def test_who_awards_what_it_drafted_needs_nobody_s_consent():
    council = institution(MALTA_COUNCIL)
    assert publish(qualification(owner=MALTA_COUNCIL), council, designers=[council])


def test_it_is_awarded_in_its_own_country():
    assert missing(ITALY_REGION) == [("/country", "not_the_awarding_body_s")]


def test_the_national_level_is_the_one_that_was_referenced_to_its_eqf_level():
    assert missing(nqf_level="5") == [("/nqf_level", "not_this_eqf_level")]


def test_a_qualification_has_units():
    assert missing(units=(), points=None) == [("/units", "missing")]


def test_a_unit_has_an_outcome_that_is_required():
    optional = tuple(replace(outcome, required=False) for outcome in U1.outcomes)
    assert missing(units=with_first_unit(outcomes=optional)) == [("/units/0/outcomes", "missing")]
    assert missing(units=with_first_unit(outcomes=())) == [("/units/0/outcomes", "missing")]


def test_codes_are_unique_where_people_use_them():
    assert missing(units=with_first_unit(code="U2")) == [("/units/1/code", "duplicate")]
    knowledge, skill, autonomy = U1.outcomes
    outcomes = (knowledge, skill, replace(autonomy, code=knowledge.code))
    assert missing(units=with_first_unit(outcomes=outcomes)) == [("/units/0/outcomes/2/code", "duplicate")]


def test_nothing_ends_before_it_begins():
    before = date(2025, 12, 31)
    assert missing(valid_until=before) == [("/valid_until", "before_valid_from")]
    assert missing(units=with_first_unit(valid_until=before)) == [("/units/0/valid_until", "before_valid_from")]


def test_points_of_compulsory_units_add_up_to_those_of_the_qualification():
    assert missing(points=Decimal(121)) == [("/points", "sum")]
    assert missing(units=with_first_unit(points=None)) == [("/units/0/points", "missing")]


def test_optional_units_are_aside_of_the_sum():
    extra = replace(U1, unit_id=MALTA_ICT.qualification_id, code="U6", compulsory=False)
    units = (*MALTA_ICT.units, extra, replace(extra, code="U7", points=None))
    draft = awarded(qualification(replace(MALTA_ICT, units=units)))
    published, _ = publish(draft, institution(MALTA_COUNCIL), designers=[institution()])
    assert published.points == 120


def test_coefficients_take_the_place_of_points_and_a_mobility_unit_needs_none():
    """sample-data.md Q3, with the coefficients of domain.md 4.4."""
    units = tuple(
        replace(unit, points=None, coefficient=Decimal(coefficient))
        for unit, coefficient in zip(MALTA_ICT.units, (3, 2, 4, 3, 1), strict=True)
    )
    mobility = replace(U1, unit_id=MALTA_ICT.qualification_id, code="MOB", compulsory=False, points=None)
    french = replace(MALTA_ICT, points=None, units=(*units, mobility))
    published, _ = publish(awarded(qualification(french)), institution(MALTA_COUNCIL), designers=[institution()])
    assert [unit.coefficient for unit in published.units] == [3, 2, 4, 3, 1, None]
    forgotten = (*units[:4], replace(U5, points=None), mobility)
    assert missing(points=None, units=forgotten) == [("/units/4/coefficient", "missing")]


def test_all_that_is_missing_is_said_at_once():
    assert missing(None, units=(), valid_until=date(2025, 1, 1)) == [
        ("/awarding_body_id", "not_competent"),
        ("/valid_until", "before_valid_from"),
        ("/units", "missing"),
        ("/points", "sum"),
    ]
