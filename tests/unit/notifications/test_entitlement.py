"""The one rule of who hears what, walked through everything that it looks at, against a second telling of it."""

from dataclasses import replace
from itertools import product
from uuid import uuid4

import pytest

from services.notifications.domain.audience import EVERYONE, NOBODY, Audience
from services.notifications.domain.entitlement import Listener, Reach, Scope, entitled, reader

TYPE, OTHER_TYPE = "acquis.credit.recognised.v1", "acquis.credit.refused.v1"
MINE, THEIRS, STRANGERS = uuid4(), uuid4(), uuid4()
ASKED, UNASKED = uuid4(), uuid4()

INSTITUTIONS = {
    "mine": frozenset({MINE}),
    "mine as host": frozenset({MINE, STRANGERS}),
    "theirs": frozenset({THEIRS, STRANGERS}),
    "strangers'": frozenset({STRANGERS}),
}
HOMES = {"mine": MINE, "mine as host": STRANGERS, "theirs": THEIRS, "strangers'": STRANGERS}
TYPES = {"any type": frozenset[str](), "this type": frozenset({TYPE}), "another type": frozenset({OTHER_TYPE})}
ABOUT = {"any": frozenset(), "this": frozenset({ASKED}), "another": frozenset({UNASKED})}
GRANTS = ("none", "any", "this", "another")

CASES = list(
    product(INSTITUTIONS, (None, "FR", "MT"), (ASKED, None), TYPES, ABOUT, (True, False), (True, False), GRANTS, GRANTS)
)


def listener(types: str, about: str, own_learners: bool, asks: bool, institution: str, country: str) -> Listener:  # noqa: FBT001 - a row of the table
    scope = Scope(
        countries=frozenset({"FR"} if asks else ()),
        institution_ids=frozenset({THEIRS} if asks else ()),
        qualification_ids=ABOUT[about],
        own_learners=own_learners,
    )
    reach = Reach(
        {THEIRS: ABOUT[institution]} if institution != "none" else {},
        {"FR": ABOUT[country]} if country != "none" else {},
    )
    return Listener(MINE, TYPES[types], scope, reach)


def test_the_rule_says_of_every_case_what_the_words_say():
    heard = 0
    for case in CASES:
        whose, country, qualification, types, about, own_learners, asks, institution_grant, country_grant = case
        audience = Audience(
            institution_ids=INSTITUTIONS[whose], country=country, qualification_id=qualification, home_id=HOMES[whose]
        )
        fits = {"any": True, "this": qualification == ASKED, "another": False, "none": False}
        by_right = whose == "mine" or (whose == "mine as host" and not own_learners)
        by_institution = whose == "theirs" and asks and fits[institution_grant]
        by_country = country == "FR" and asks and fits[country_grant]
        expected = types != "another type" and fits[about] and (by_right or by_institution or by_country)
        who = listener(types, about, own_learners, asks, institution_grant, country_grant)
        assert entitled(who, TYPE, audience) == expected, case
        heard += expected
    assert 0 < heard < len(CASES) / 3


@pytest.mark.parametrize("types", TYPES)
@pytest.mark.parametrize("about", ABOUT)
def test_what_is_for_everyone_is_for_every_listener_who_wants_the_type(types: str, about: str):
    who = listener(types, about, own_learners=True, asks=False, institution="none", country="none")
    assert entitled(who, TYPE, EVERYONE) == (types != "another type")


def test_a_fact_for_nobody_reaches_nobody():
    assert not entitled(
        listener("any type", "any", own_learners=False, asks=True, institution="any", country="any"), TYPE, NOBODY
    )


def test_somebody_without_an_institution_is_not_taken_for_one_without_a_home():
    nobody = Listener(None, frozenset(), Scope(own_learners=True), Reach())
    assert not entitled(nobody, TYPE, Audience(institution_ids=frozenset({MINE})))


def test_a_reader_of_the_feed_hears_all_that_is_granted_and_no_more():
    reach = Reach({THEIRS: frozenset({ASKED})}, {"FR": frozenset()})
    who = reader(MINE, reach)
    about = Audience(institution_ids=frozenset({THEIRS}), qualification_id=ASKED)
    assert entitled(who, TYPE, about)
    assert not entitled(who, TYPE, replace(about, qualification_id=UNASKED))
    assert entitled(who, TYPE, Audience(country="FR"))
    assert not entitled(who, TYPE, Audience(country="MT"))
    assert not entitled(reader(MINE, Reach()), TYPE, about)
