import hmac
import json
import warnings
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from shared.auth import Principal, allow
from shared.problems import Unauthorised
from tests.support.provider import KEY, KID, ORG, Provider, base64url, signed

pytestmark = pytest.mark.asyncio


@pytest.fixture
def provider() -> Provider:
    return Provider(KEY)


async def test_a_good_token_says_who_calls(provider: Provider):
    learner = uuid4()
    token = signed(roles=["competent_body", "learner", "no-such-role"], countries=["FR"], learner_id=str(learner))
    assert await provider.accept(token) == Principal(
        "ada", ORG, frozenset({"competent_body", "learner"}), frozenset({"FR"}), learner
    )


async def test_a_token_may_name_no_institution(provider: Provider):
    assert await provider.accept(signed(org=..., roles=...)) == Principal("ada")


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (RSAKey.generate_key(2048, auto_kid=True), "RS256"),
        (OKPKey.generate_key("Ed25519", auto_kid=True), "EdDSA"),
        (OKPKey.generate_key("Ed25519", auto_kid=True), "Ed25519"),
    ],
    ids=["RS256", "EdDSA", "Ed25519"],
)
async def test_all_algorithms_of_good_providers_are_understood_without_a_warning(key: Key, alg: str):
    with warnings.catch_warnings(action="ignore"):
        token = signed(key, alg)
    assert (await Provider(key).accept(token)).org == ORG


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.test"},
        {"iss": ...},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": ...},
        {"sub": ...},
        {"sub": 5},
        {"sub": ""},
        {"exp": ...},
        {"exp": "tomorrow"},
        {"exp": float("nan")},
        {"typ": "ID"},
        {"typ": "Refresh"},
        {"org": "not an id"},
        {"org": 7},
        {"roles": "examiner"},
        {"roles": [["examiner"]]},
        {"learner_id": "x"},
        {"countries": {"FR": 1}},
        {"countries": ["*"]},
        {"countries": ["FR,DE"]},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_is_refused(provider: Provider, claims):
    with pytest.raises(Unauthorised):
        await provider.accept(signed(**claims))


@pytest.mark.parametrize(("claim", "offset"), [("exp", -31), ("nbf", 32), ("iat", 32)])
async def test_times_count_with_half_a_minute_of_leeway(provider: Provider, claim: str, offset: int):
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False):
        now = int(datetime.now(UTC).timestamp())
        beyond: dict[str, Any] = {claim: now + offset}
        within: dict[str, Any] = {claim: now + offset + (2 if offset < 0 else -2)}
        with pytest.raises(Unauthorised):
            await provider.accept(signed(**beyond))
        assert (await provider.accept(signed(**within))).org == ORG


@pytest.mark.parametrize("header", [{"typ": "logout+jwt"}, {"kid": "another"}, {"kid": ""}], ids=str)
async def test_a_token_with_a_wrong_header_is_refused(provider: Provider, header):
    with pytest.raises(Unauthorised):
        await provider.accept(signed(header=header))


async def test_a_forged_signature_is_refused(provider: Provider):
    forger = ECKey.generate_key("P-256", {"kid": KID})
    with pytest.raises(Unauthorised):
        await provider.accept(signed(forger))


async def test_a_token_without_signature_is_refused(provider: Provider):
    _, payload, _ = signed().split(".")
    header = base64url(json.dumps({"alg": "none", "kid": KID}).encode())
    for signature in ("", "AA"):
        with pytest.raises(Unauthorised):
            await provider.accept(f"{header}.{payload}.{signature}")


async def test_the_public_key_is_no_shared_secret(provider: Provider):
    header = base64url(json.dumps({"alg": "HS256", "kid": KID}).encode())
    _, payload, _ = signed().split(".")
    secret = KEY.as_pem(private=False)
    signature = hmac.digest(secret, f"{header}.{payload}".encode(), "sha256")
    with pytest.raises(Unauthorised):
        await provider.accept(f"{header}.{payload}.{base64url(signature)}")


async def test_a_shared_secret_proves_nothing_even_if_the_provider_publishes_it():
    secret = OctKey.generate_key(256, auto_kid=True)
    with pytest.raises(Unauthorised):
        await Provider(secret).accept(signed(secret, "HS256"))


async def test_a_critical_extension_that_we_do_not_know_is_refused(provider: Provider):
    assert (await provider.accept(signed(header={"extension": 1}))).org == ORG
    with pytest.raises(Unauthorised):
        await provider.accept(signed(header={"extension": 1, "crit": ["extension"]}))


async def test_a_key_in_the_token_itself_proves_nothing(provider: Provider):
    own = ECKey.generate_key("P-256", {"kid": KID})
    with pytest.raises(Unauthorised):
        await provider.accept(signed(own, header={"jwk": own.as_dict(private=False)}))


@given(st.one_of(st.text(), st.binary().map(lambda raw: base64url(raw) + ".e30.AA")))
async def test_whatever_is_sent_as_a_token_is_refused_and_breaks_nothing(token: str):
    with pytest.raises(Unauthorised):
        await Provider(KEY).accept(token)


@given(
    st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "b64", "x5u"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
    )
)
async def test_whatever_header_is_sent_is_refused_and_breaks_nothing(header):
    encoded = base64url(json.dumps(header).encode())
    with pytest.raises(Unauthorised):
        await Provider(KEY).accept(f"{encoded}.e30.AA")


async def test_a_role_that_does_not_exist_is_a_mistake_found_at_start():
    with pytest.raises(ValueError, match="not roles"):
        allow("examinor")  # type: ignore[arg-type] # that is the mistake
    with pytest.raises(ValueError, match="not roles"):
        allow()
