from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.catalogue.domain.comparabilities import (
    TRANSITIONS,
    Comparability,
    ComparabilityCommand,
    ComparabilityState,
    ComparabilityStatement,
    check_still_true,
    declare,
    warnings_of,
    withdraw,
)
from services.catalogue.domain.qualifications import Qualification, QualificationState
from shared.contracts.catalogue import ComparabilityWithdrawn, Extent, OutcomePair
from shared.problems import Conflict, NotCompetent, Validation, WrongState
from tests.support.builders.catalogue import (
    COMPARABILITIES,
    ITALY,
    ITALY_ICT,
    MALTA,
    MALTA_COUNCIL,
    MALTA_ICT,
    unit_of,
)
from tests.support.builders.catalogue_aggregates import qualification

U1_FULL, U2_PARTIAL, *_ = COMPARABILITIES
HOME = qualification(state=QualificationState.PUBLISHED)
HOST = qualification(ITALY_ICT, QualificationState.PUBLISHED, ITALY)


def declared(
    declared_by: UUID = MALTA_COUNCIL.institution_id,
    home: Qualification | None = HOME,
    host: Qualification | None = HOST,
    fact=U1_FULL,
    others: Sequence[Comparability] = (),
    **changes: Any,
):
    said = {name: getattr(fact, name) for name in ComparabilityStatement.__annotations__}
    statement = ComparabilityStatement(**said | changes)
    return declare(
        statement,
        home=home,
        host=host,
        declared_by=declared_by,
        comparability_id=fact.comparability_id,
        others=others,
    )


def refused(**arguments: Any) -> list[tuple[str, str]]:
    with pytest.raises(Validation) as problem:
        declared(**arguments)
    return [(error["pointer"], error["code"]) for error in problem.value.members["errors"]]


@pytest.mark.parametrize("fact", COMPARABILITIES)
def test_a_declaration_says_the_whole_statement(fact):
    comparability, facts = declared(fact=fact)
    assert comparability.state is ComparabilityState.DECLARED
    assert facts == [fact]


def test_who_designs_a_joint_home_qualification_declares_too():
    joint = replace(HOME, designed_by_ids=(MALTA.institution_id, ITALY.institution_id))
    assert declared(ITALY.institution_id, home=joint)[0].declared_by == ITALY.institution_id


def test_who_owns_or_who_awards_the_home_qualification_declares_and_nobody_else():
    assert declared(MALTA.institution_id)[0].declared_by == MALTA.institution_id
    with pytest.raises(NotCompetent):
        declared(ITALY.institution_id)


@pytest.mark.parametrize("side", ["home", "host"])
def test_both_units_are_published(side: str):
    draft = qualification()
    assert refused(**{side: draft}) == [(f"/{side}_qualification_id", "not_published")]
    assert refused(**{side: None}) == [(f"/{side}_qualification_id", "not_published")]
    assert refused(**{f"{side}_unit_id": uuid4()}) == [(f"/{side}_unit_id", "not_in_qualification")]


def test_in_full_means_that_every_required_outcome_has_its_counterpart():
    assert refused(outcomes=U1_FULL.outcomes[:2]) == [("/outcomes", "required_outcome_missing")]


def test_an_outcome_that_is_not_required_needs_no_counterpart():
    u1 = unit_of(MALTA_ICT, "U1")
    *required, last = u1.outcomes
    lenient = replace(u1, outcomes=(*required, replace(last, required=False)))
    home = replace(HOME, units=(lenient, *HOME.units[1:]))
    assert declared(home=home, outcomes=U1_FULL.outcomes[:2])[0].extent is Extent.FULL


def test_in_part_means_at_least_one():
    assert declared(fact=U2_PARTIAL, outcomes=U2_PARTIAL.outcomes[:1])[0].extent is Extent.PARTIAL
    assert refused(fact=U2_PARTIAL, outcomes=()) == [("/outcomes", "missing")]
    assert refused(outcomes=()) == [("/outcomes", "missing")]


def test_outcomes_are_those_of_the_two_units():
    first, *others = U1_FULL.outcomes
    turned = OutcomePair(home_outcome_id=first.host_outcome_id, host_outcome_id=first.home_outcome_id)
    assert refused(outcomes=(first, *others, turned)) == [
        ("/outcomes/3/home_outcome_id", "not_in_unit"),
        ("/outcomes/3/host_outcome_id", "not_in_unit"),
    ]


def test_a_unit_is_not_compared_with_itself():
    same: dict[str, Any] = {
        "host_qualification_id": U1_FULL.home_qualification_id,
        "host_unit_id": U1_FULL.home_unit_id,
        "outcomes": tuple(replace(pair, host_outcome_id=pair.home_outcome_id) for pair in U1_FULL.outcomes),
    }
    assert refused(host=HOME, **same) == [("/host_unit_id", "same_unit")]
    joint = replace(HOME, designed_by_ids=(MALTA.institution_id, ITALY.institution_id))
    declared(home=joint, host=joint, **same)  # each of them sends its learners to the other for it


def test_a_pair_is_named_once():
    assert refused(outcomes=(*U1_FULL.outcomes, U1_FULL.outcomes[0])) == [("/outcomes/3", "duplicate")]


def test_it_does_not_end_before_it_begins():
    assert refused(valid_until=date(2025, 12, 31)) == [("/valid_until", "before_valid_from")]


def test_at_any_date_one_statement_holds_of_two_units():
    first, _ = declared(valid_from=date(2026, 1, 1), valid_until=date(2026, 6, 30))
    later: dict[str, Any] = {"valid_from": date(2026, 7, 1), "valid_until": None}
    assert declared(others=[first], **later)[0].valid_from == date(2026, 7, 1)
    with pytest.raises(Conflict, match=str(first.comparability_id)) as problem:
        declared(others=[first], valid_from=date(2026, 6, 30))
    assert problem.value.members == {"comparability_id": str(first.comparability_id)}
    with pytest.raises(Conflict):
        declared(others=[declared()[0]], **later)


def test_it_may_be_comparable_on_conditions():
    conditions = {"en": "With a week on the ticket system"}
    _, (fact,) = declared(conditions=conditions)
    assert fact.conditions == conditions


def test_conditions_keep_recognition_from_being_automatic_and_are_warned_of():
    there = {pair.host_outcome_id for pair in U1_FULL.outcomes}
    assert warnings_of(declared(conditions={"en": "Only after a safety exam"})[0], there) == ["CONDITION_OPEN"]


def test_levels_are_compared_and_a_lower_one_is_warned_of():
    there = {pair.host_outcome_id for pair in U1_FULL.outcomes}
    assert warnings_of(declared()[0], there) == []
    lower = replace(HOST, units=tuple(replace(unit, eqf_level=3) for unit in HOST.units))
    below, _ = declared(host=lower)
    assert (below.home_eqf_level, below.host_eqf_level, warnings_of(below, there)) == (4, 3, ["LEVEL_BELOW"])
    assert warnings_of(replace(below, host_eqf_level=None), there) == []


def test_an_outcome_that_the_host_has_no_longer_is_warned_of():
    gone, *others = (pair.host_outcome_id for pair in U1_FULL.outcomes)
    assert warnings_of(declared()[0], {*others, uuid4()}) == ["LO_MISSING"]
    assert warnings_of(declared()[0], {*others, gone}) == []


@pytest.mark.parametrize("state", ComparabilityState)
def test_only_what_the_table_allows_is_possible(state: ComparabilityState):
    comparability: Comparability = replace(declared()[0], state=state)
    at = datetime(2026, 9, 1, 23, 59, tzinfo=UTC)
    if (state, ComparabilityCommand.WITHDRAW) in TRANSITIONS:
        withdrawn, facts = withdraw(comparability, at)
        assert (withdrawn.state, withdrawn.version) == (ComparabilityState.WITHDRAWN, 2)
        (fact,) = facts
        assert isinstance(fact, ComparabilityWithdrawn)
        assert (fact.withdrawn_on, fact.home_unit_id) == (date(2026, 9, 1), U1_FULL.home_unit_id)
    else:
        with pytest.raises(WrongState):
            withdraw(comparability, at)


def without_outcome(code: str) -> Qualification:
    """The home qualification as its next version would be without one outcome of U1."""
    unit, *others = HOME.units
    kept = tuple(outcome for outcome in unit.outcomes if outcome.code != code)
    return replace(HOME, units=(replace(unit, outcomes=kept), *others))


def test_a_next_version_keeps_true_what_was_declared_of_its_units():
    comparability, _ = declared()
    unit, *others = HOME.units
    required_too = replace(unit.outcomes[0], outcome_id=uuid4(), code="U1.K2")
    extended = replace(unit, outcomes=(*unit.outcomes, required_too))
    untrue = [replace(HOME, units=tuple(others)), without_outcome("U1.K"), replace(HOME, units=(extended, *others))]
    for next_version in untrue:
        (wrong,) = check_still_true([comparability], next_version)
        assert (wrong["pointer"], wrong["code"]) == ("/units", "declared_comparable")
        assert str(comparability.comparability_id) in wrong["detail"]
    renamed = replace(HOME, units=(replace(unit, code="U1a"), *others))
    assert list(check_still_true([comparability], renamed)) == []
