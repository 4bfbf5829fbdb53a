from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notifications.domain.audience import NOBODY, RULES, audience
from shared.contracts.facts import Fact
from shared.contracts.registry import FACTS

CATALOGUE = {type_ for type_, fact in FACTS.items() if fact.DECLARED.producer == "catalogue"}
PUBLIC = CATALOGUE | {"acquis.ledger.checkpointed.v1"}
INSTITUTIONS = ("home_id", "host_id", "owner_id")


def any_fact(*types: str) -> st.SearchStrategy[Fact]:
    return st.sampled_from(sorted(types)).flatmap(lambda type_: st.from_type(FACTS[type_]))


def concerned(fact: Any) -> set[UUID]:
    """The institutions that a fact names as home, host, owner or party."""
    named = {getattr(fact, name) for name in INSTITUTIONS if hasattr(fact, name)}
    hosts = set(getattr(fact, "host_ids", ()))
    return named | hosts | {party.institution_id for party in getattr(fact, "parties", ())}


@pytest.mark.parametrize("type_", FACTS)
def test_every_published_fact_has_a_rule(type_: str):
    assert any(kind in RULES for kind in FACTS[type_].__mro__)


def test_a_fact_without_a_rule_reaches_nobody():
    class Unheard(Fact):
        version = 1

    assert audience(Unheard()) == NOBODY
    assert not NOBODY.everyone
    assert not NOBODY.institution_ids
    assert NOBODY.country is None


@given(any_fact(*PUBLIC))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_the_catalogue_and_the_checkpoints_of_the_ledger_are_for_everyone(fact: Fact):
    assert audience(fact).everyone


@given(any_fact(*FACTS.keys() - PUBLIC))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_concerns_institutions_is_for_those_it_names_and_for_no_other(fact: Fact):
    reached = audience(fact)
    assert not reached.everyone
    assert reached.institution_ids == concerned(fact)
    assert reached.home_id == getattr(fact, "home_id", None)


@given(any_fact(*FACTS.keys() - PUBLIC))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_competent_bodies_hear_recognition_alone_by_the_home_country_and_the_qualification(fact: Any):
    reached = audience(fact)
    if fact.DECLARED.producer == "recognition":
        assert (reached.country, reached.qualification_id) == (fact.home_country, fact.qualification_id)
    else:
        assert reached.country is None
