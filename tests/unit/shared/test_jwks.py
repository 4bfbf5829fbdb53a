from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from joserfc.jwk import ECKey

from shared.auth import Authenticator
from shared.jwks import AT_MOST_EVERY, KEPT_FOR, IssuerKeys
from shared.problems import Unauthorised, Unavailable
from tests.support.provider import KEY, URL, Provider, signed

pytestmark = pytest.mark.asyncio


async def test_a_new_key_is_fetched_when_a_token_names_it():
    provider, new = Provider(KEY), ECKey.generate_key("P-256", auto_kid=True)
    authenticator = Authenticator(IssuerKeys(URL, transport=provider), "acquis")
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as clock:
        for _ in range(3):
            await authenticator.principal(signed())
        assert provider.asked == 1
        provider.keys.append(new)
        clock.shift(AT_MOST_EVERY + timedelta(seconds=1))
        await authenticator.principal(signed(new))
        assert provider.asked == 2


async def test_made_up_key_ids_do_not_hammer_the_provider():
    provider = Provider(KEY)
    authenticator = Authenticator(IssuerKeys(URL, transport=provider), "acquis")
    for number in range(20):
        with pytest.raises(Unauthorised):
            await authenticator.principal(signed(header={"kid": f"made up {number}"}))
    assert provider.asked == 1


async def test_a_withdrawn_key_is_not_trusted_for_ever():
    provider, other = Provider(KEY), ECKey.generate_key("P-256", auto_kid=True)
    authenticator = Authenticator(IssuerKeys(URL, transport=provider), "acquis")
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as clock:
        await authenticator.principal(signed())
        provider.keys = [other]
        clock.shift(KEPT_FOR + timedelta(seconds=1))
        with pytest.raises(Unauthorised):
            await authenticator.principal(signed())


async def test_without_the_provider_known_keys_go_on_and_unknown_ones_wait():
    provider = Provider(KEY)
    authenticator = Authenticator(IssuerKeys(URL, transport=provider), "acquis")
    provider.broken = True
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as clock:
        with pytest.raises(Unavailable):
            await authenticator.principal(signed())
        provider.broken = False
        clock.shift(AT_MOST_EVERY + timedelta(seconds=1))
        await authenticator.principal(signed())
        provider.broken = True
        clock.shift(KEPT_FOR + timedelta(seconds=1))
        await authenticator.principal(signed())


async def test_a_provider_that_calls_itself_something_else_is_not_ours():
    provider = Provider(KEY)
    provider.calls_itself = "https://other.test"
    with pytest.raises(Unavailable):
        await provider.accept(signed())
