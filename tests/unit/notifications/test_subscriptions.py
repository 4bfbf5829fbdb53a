from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest

from services.notifications.domain.subscriptions import (
    TRANSITIONS,
    Command,
    Scope,
    Subscription,
    SubscriptionState,
    check_event_types,
    delete,
    disable,
    granted_scope,
)
from shared.contracts.notifications import SubscriptionDisabled
from shared.problems import ScopeNotGranted, Validation, WrongState


def subscription(state: SubscriptionState = SubscriptionState.ACTIVE) -> Subscription:
    return Subscription(
        id=uuid4(),
        owner_id=uuid4(),
        url="https://hooks.school.example/",
        event_types=(),
        scope=Scope(),
        description=None,
        sealed_secret=b"sealed",
        created_at=datetime(2026, 9, 1, tzinfo=UTC),
        state=state,
        version=3,
    )


COMMANDS = {Command.DISABLE: lambda one: disable(one, 1)[0], Command.DELETE: delete}


@pytest.mark.parametrize(("state", "command"), list(product(SubscriptionState, Command)))
def test_a_subscription_changes_as_the_table_says_and_in_no_other_way(state: SubscriptionState, command: Command):
    before = subscription(state)
    if after := TRANSITIONS.get((state, command)):
        changed = COMMANDS[command](before)
        assert (changed.state, changed.version) == (after, 4)
    else:
        with pytest.raises(WrongState) as refused:
            COMMANDS[command](before)
        assert refused.value.members["state"] == state
        assert refused.value.members["possible"] == [known for was, known in TRANSITIONS if was is state]


def test_a_disabled_subscription_says_so_to_its_owner():
    before = subscription()
    disabled, facts = disable(before, 7)
    assert facts == [
        SubscriptionDisabled(
            subscription_id=before.id, version=disabled.version, owner_id=before.owner_id, failed_deliveries=7
        )
    ]


def test_nobody_gets_a_country_that_was_not_granted():
    with pytest.raises(ScopeNotGranted, match="MT"):
        granted_scope(Scope(countries=frozenset({"FR", "MT"})), frozenset({"FR"}))


def test_a_scope_without_countries_takes_all_that_are_granted():
    qualification = uuid4()
    asked = Scope(qualification_ids=frozenset({qualification}))
    assert granted_scope(asked, frozenset({"FR"})) == Scope(frozenset({"FR"}), frozenset({qualification}))
    assert granted_scope(asked, frozenset()) == asked


def test_a_scope_may_take_fewer_countries_than_are_granted():
    assert granted_scope(Scope(frozenset({"FR"})), frozenset({"FR", "MT"})).countries == {"FR"}


def test_an_event_type_that_does_not_exist_is_pointed_at():
    with pytest.raises(Validation) as refused:
        check_event_types(["acquis.credit.recognised.v1", "acquis.credit.eaten.v1"])
    assert [error["pointer"] for error in refused.value.members["errors"]] == ["/event_types/1"]
