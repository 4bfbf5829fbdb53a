from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from services.recognition.domain.decisions import judge
from services.recognition.domain.gathering import gather
from services.recognition.domain.known import in_force
from shared.contracts.catalogue import CountryPolicyPublished
from shared.contracts.recognition import ReasonCode
from tests.support.stories import TODAY, story

DAY = timedelta(days=1)
TOLD = story()
ASSESSED = TOLD.agreement.ends_on
OPEN = TOLD.policy


def policy_for(*published: CountryPolicyPublished) -> Any:
    """The policy that a transcript is judged by, whatever the order in which these were heard of."""
    found = set()
    for heard in permutations(published):
        [facts] = gather(replace(TOLD.known, country_policies={OPEN.country: heard}), TOLD.transcript, TODAY)
        found.add(facts.policy and (facts.policy.country_policy_id, facts.policy.version))
    [policy] = found
    return policy


def ended(policy: CountryPolicyPublished, days_before: int) -> CountryPolicyPublished:
    return replace(policy, version=policy.version + 1, valid_until=ASSESSED - days_before * DAY)


def test_a_policy_that_has_ended_no_longer_applies_although_an_earlier_version_knew_no_end():
    assert policy_for(OPEN, ended(OPEN, 1)) is None
    assert policy_for(OPEN, ended(OPEN, 0)) == (OPEN.country_policy_id, OPEN.version + 1)


def test_a_policy_that_was_moved_to_a_later_day_does_not_apply_before_it():
    later = replace(OPEN, version=OPEN.version + 1, valid_from=ASSESSED + DAY)
    assert policy_for(OPEN, later) is None


def test_the_next_policy_takes_over_from_the_one_that_it_ended():
    following = replace(OPEN, country_policy_id=TOLD.learner_id, valid_from=ASSESSED)
    assert policy_for(OPEN, ended(OPEN, 1), following) == (following.country_policy_id, following.version)


def test_without_a_policy_in_force_a_person_decides():
    known = replace(TOLD.known, country_policies={OPEN.country: [OPEN, ended(OPEN, 1)]})
    [facts] = gather(known, TOLD.transcript, TODAY)
    assert judge(facts).reasons == (ReasonCode.COUNTRY_POLICY_MISSING,)


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (ASSESSED + DAY, None, 1),
        (ASSESSED, None, 2),
        (ASSESSED - DAY, ASSESSED, 2),
        (ASSESSED - DAY, ASSESSED - DAY, None),
        (TOLD.host.valid_from, ASSESSED - DAY, None),
    ],
)
def test_a_qualification_holds_in_the_version_that_began_last_and_no_earlier_one_returns(
    begins: Any, ends: Any, expected: int | None
):
    first = replace(TOLD.host, version=1, valid_until=None)
    second = replace(first, version=2, valid_from=begins, valid_until=ends)
    for versions in permutations([first, second]):
        found = in_force(versions, ASSESSED)
        assert (found and found.version) == expected
