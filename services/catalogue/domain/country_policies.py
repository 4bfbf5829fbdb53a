"""What a country's law lets units count for, from when to when (domain.md 4.9).

At any date at most one published policy of a country is in force. What is published stays as it is, except that a
policy "until further notice" (no `valid_until`) ends the day before the next one begins.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.catalogue.domain.checks import check_period
from services.catalogue.domain.facts import say
from shared.contracts.catalogue import CountryPolicyPublished, UnitRecognition
from shared.problems import Conflict, invalid, refuse
from shared.transitions import following


class PolicyState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class PolicyCommand(StrEnum):
    EDIT = "edit"
    PUBLISH = "publication"


TRANSITIONS = {
    (PolicyState.DRAFT, PolicyCommand.EDIT): PolicyState.DRAFT,
    (PolicyState.DRAFT, PolicyCommand.PUBLISH): PolicyState.PUBLISHED,
}


@dataclass(frozen=True, kw_only=True)
class PolicyTerms:
    country: str
    unit_recognition: UnitRecognition
    accumulation: bool
    final_exam_only: bool
    grade_transfer: bool
    points_used: bool
    max_share_abroad: Decimal | None
    appeal_days: int
    minimum_age: int | None
    legal_reference: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, kw_only=True)
class CountryPolicy(PolicyTerms):
    country_policy_id: UUID
    version: int
    state: PolicyState

    def overlaps(self, other: "CountryPolicy") -> bool:
        return self.valid_from <= (other.valid_until or date.max) and other.valid_from <= (self.valid_until or date.max)


def draft(terms: PolicyTerms, country_policy_id: UUID) -> CountryPolicy:
    refuse(check_period(terms.valid_from, terms.valid_until))
    return CountryPolicy(country_policy_id=country_policy_id, version=1, state=PolicyState.DRAFT, **vars(terms))


def edit(policy: CountryPolicy, terms: PolicyTerms) -> CountryPolicy:
    """The draft with new terms as a whole. The country stays: it decides who sees and writes the draft."""
    state = following(TRANSITIONS, policy.state, PolicyCommand.EDIT)
    if terms.country != policy.country:
        raise invalid("/country", "fixed", f"The policy is one of {policy.country}. Draft another one instead.")
    refuse(check_period(terms.valid_from, terms.valid_until))
    return replace(policy, state=state, version=policy.version + 1, **vars(terms))


def publish(
    policy: CountryPolicy, published: Iterable[CountryPolicy]
) -> tuple[list[CountryPolicy], list[CountryPolicyPublished]]:
    """What changes: the policy before it, if this one ends it, then this one; `Conflict` if two would be in force.

    `published` are the published policies of the same country.
    """
    now = replace(policy, state=following(TRANSITIONS, policy.state, PolicyCommand.PUBLISH), version=policy.version + 1)
    changed = [*(_ended(other, now) for other in published if other.overlaps(now)), now]
    return changed, [say(CountryPolicyPublished, one) for one in changed]


def _ended(earlier: CountryPolicy, later: CountryPolicy) -> CountryPolicy:
    if earlier.valid_until or earlier.valid_from >= later.valid_from:
        until = earlier.valid_until or "further notice"
        raise Conflict(
            f"Policy {earlier.country_policy_id} is in force from {earlier.valid_from} until {until}."
            " Only a policy until further notice that began earlier ends when the next one begins."
        )
    return replace(earlier, valid_until=later.valid_from - timedelta(days=1), version=earlier.version + 1)
