from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.domain.country_policies import (
    CountryPolicy,
    PolicyCommand,
    PolicyState,
    PolicyTerms,
    draft,
    edit,
    publish,
)
from shared.contracts.catalogue import CountryPolicyPublished
from shared.problems import Conflict, Validation, WrongState
from tests.support.builders.catalogue import MALTA_POLICY, country_policy
from tests.support.builders.catalogue_aggregates import country_policy as aggregate

DAYS = [date(2026, 1, 1) + timedelta(days=day) for day in range(12)]


def a_policy(valid_from: date, valid_until: date | None, state: PolicyState = PolicyState.PUBLISHED) -> CountryPolicy:
    fact = country_policy("MT", country_policy_id=uuid4(), valid_from=valid_from, valid_until=valid_until)
    return aggregate(fact, state)


def terms_of(policy: CountryPolicy | CountryPolicyPublished) -> PolicyTerms:
    return PolicyTerms(**{name: getattr(policy, name) for name in PolicyTerms.__annotations__})


def test_a_draft_has_the_terms_and_says_nothing_yet():
    terms = terms_of(MALTA_POLICY)
    drafted = draft(terms, MALTA_POLICY.country_policy_id)
    assert drafted == aggregate(replace(MALTA_POLICY, version=1), PolicyState.DRAFT)
    with pytest.raises(Validation):
        draft(replace(terms, valid_until=terms.valid_from - timedelta(days=1)), uuid4())


POSSIBLE = {
    (PolicyState.DRAFT, PolicyCommand.EDIT): PolicyState.DRAFT,
    (PolicyState.DRAFT, PolicyCommand.PUBLISH): PolicyState.PUBLISHED,
}


@pytest.mark.parametrize("state", PolicyState)
@pytest.mark.parametrize("command", PolicyCommand)
def test_a_draft_is_edited_and_published_and_what_is_published_is_neither(state: PolicyState, command: PolicyCommand):
    policy = a_policy(DAYS[0], None, state)

    def act() -> CountryPolicy:
        return edit(policy, terms_of(policy)) if command is PolicyCommand.EDIT else publish(policy, [])[0][0]

    if (state, command) in POSSIBLE:
        assert act() == replace(policy, state=POSSIBLE[state, command], version=policy.version + 1)
    else:
        with pytest.raises(WrongState) as refused:
            act()
        assert refused.value.members == {"state": "published", "possible": []}


def test_a_publication_says_the_whole_policy():
    (published,), (fact,) = publish(a_policy(DAYS[0], None, PolicyState.DRAFT), [])
    assert isinstance(fact, CountryPolicyPublished)
    assert vars(fact) == {name: value for name, value in vars(published).items() if name != "state"}


def test_an_edit_replaces_all_terms_of_a_draft_but_its_country():
    policy = a_policy(DAYS[0], None, PolicyState.DRAFT)
    terms = replace(terms_of(policy), appeal_days=14, valid_from=DAYS[3])
    assert edit(policy, terms) == replace(policy, appeal_days=14, valid_from=DAYS[3], version=policy.version + 1)
    for pointer, wrong in (("/country", {"country": "IT"}), ("/valid_until", {"valid_until": DAYS[2]})):
        with pytest.raises(Validation) as refused:
            edit(policy, replace(terms, **wrong))
        assert [error["pointer"] for error in refused.value.members["errors"]] == [pointer]


def test_a_policy_until_further_notice_ends_the_day_before_the_next_begins():
    earlier = a_policy(DAYS[0], None)
    later = a_policy(DAYS[5], None, PolicyState.DRAFT)
    (ended, published), facts = publish(later, [earlier])
    assert ended == replace(earlier, valid_until=DAYS[4], version=earlier.version + 1)
    assert [fact.country_policy_id for fact in facts] == [earlier.country_policy_id, published.country_policy_id]


@pytest.mark.parametrize(
    ("in_force", "new"),
    [
        ((DAYS[0], DAYS[5]), (DAYS[5], None)),  # a policy with an end is not cut short
        ((DAYS[3], None), (DAYS[0], None)),  # nothing ends before it begins
        ((DAYS[3], None), (DAYS[3], None)),
        ((DAYS[3], DAYS[4]), (DAYS[0], DAYS[9])),
    ],
)
def test_two_policies_are_never_in_force_at_once(in_force, new):
    with pytest.raises(Conflict, match="is in force from"):
        publish(a_policy(new[0], new[1], PolicyState.DRAFT), [a_policy(*in_force)])


period = st.tuples(st.sampled_from(DAYS), st.none() | st.integers(0, 5))


@given(st.lists(period, max_size=8))
def test_whatever_is_published_in_whatever_order_at_most_one_policy_is_in_force_on_any_day(periods):
    published: dict[object, CountryPolicy] = {}
    for begin, length in periods:
        until = None if length is None else begin + timedelta(days=length)
        try:
            changed, facts = publish(a_policy(begin, until, PolicyState.DRAFT), list(published.values()))
        except Conflict:
            continue
        assert len(facts) == len(changed)
        published |= {policy.country_policy_id: policy for policy in changed}
    for day in DAYS:
        in_force = [p for p in published.values() if p.valid_from <= day <= (p.valid_until or date.max)]
        assert len(in_force) <= 1
