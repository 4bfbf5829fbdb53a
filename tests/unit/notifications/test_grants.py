from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest

from services.notifications.domain.grants import Grant, GrantCommand, GrantState, change, withdraw
from shared.problems import WrongState

COMMANDS = {
    GrantCommand.CHANGE: lambda grant: change(grant, frozenset({uuid4()})),
    GrantCommand.WITHDRAW: withdraw,
}
EXPECTED = {
    (GrantState.GRANTED, GrantCommand.CHANGE): GrantState.GRANTED,
    (GrantState.GRANTED, GrantCommand.WITHDRAW): GrantState.WITHDRAWN,
}


@pytest.mark.parametrize(("state", "command"), list(product(GrantState, GrantCommand)))
def test_a_grant_changes_until_it_is_withdrawn_and_never_after(state: GrantState, command: GrantCommand):
    before = Grant(uuid4(), uuid4(), uuid4(), None, frozenset(), datetime(2026, 9, 1, tzinfo=UTC), state, 3)
    if after := EXPECTED.get((state, command)):
        changed = COMMANDS[command](before)
        assert (changed.state, changed.version) == (after, 4)
    else:
        with pytest.raises(WrongState):
            COMMANDS[command](before)


def test_a_change_names_the_qualifications_anew():
    grant = Grant(uuid4(), uuid4(), None, "FR", frozenset({uuid4()}), datetime(2026, 9, 1, tzinfo=UTC))
    about = frozenset({uuid4()})
    assert change(grant, about).qualification_ids == about
