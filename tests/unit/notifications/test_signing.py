import base64
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from services.notifications.delivery import signing
from services.notifications.settings import Settings
from services.notifications.store import vault
from services.notifications.store.vault import Vault
from tests.support.notifications import TRACEPARENT

KEYS = Vault(f"{Fernet.generate_key().decode()},{Fernet.generate_key().decode()}")
BODY = b'{"specversion": "1.0", "data": {"title": "\xc3\xa9cole"}}'


def signed(*secrets: bytes, at: datetime | None = None) -> dict[str, str]:
    """What is sent beside the body."""
    sent, now = uuid4(), at or datetime.now(UTC)
    signature = signing.signature(sent, now, BODY, secrets, KEYS.signing_keys)
    return {**dict(signing.headers(sent, now, TRACEPARENT)), "webhook-signature": signature}


def test_the_reference_library_accepts_our_signature():
    secret = vault.new_secret()
    assert Webhook(vault.written(secret)).verify(BODY, signed(secret)) == {
        "specversion": "1.0",
        "data": {"title": "école"},
    }


def test_while_a_secret_is_rotated_the_reference_library_accepts_either():
    new, old = vault.new_secret(), vault.new_secret()
    for secret in (new, old):
        Webhook(vault.written(secret)).verify(BODY, signed(new, old))


def test_the_published_keys_verify_what_was_signed_with_theirs():
    headers = signed(vault.new_secret())
    message = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), BODY])
    signatures = [base64.b64decode(one[4:]) for one in headers["webhook-signature"].split() if one.startswith("v1a,")]
    public = [base64.b64decode(key.removeprefix("whpk_"), validate=True) for key in KEYS.public_keys]
    assert len(signatures) == len(public) == 2
    for signature, key in zip(signatures, public, strict=True):
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public[0]).verify(signatures[0], message + b" ")


def test_a_published_key_stays_while_another_is_put_before_it():
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    [known] = Vault(old).public_keys
    assert Vault(f"{new},{old}").public_keys == [*Vault(new).public_keys, known]


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_whatever_is_changed_on_the_way_is_noticed(changed: str):
    secret, at = vault.new_secret(), datetime.now(UTC)
    headers = signed(secret, at=at)
    if changed in headers:
        headers[changed] = str(int(at.timestamp()) + 1)
    used = vault.new_secret() if changed == "secret" else secret
    with pytest.raises(WebhookVerificationError):
        Webhook(vault.written(used)).verify(BODY + b" " * (changed == "body"), headers)


def test_a_secret_has_32_random_bytes_behind_the_standard_prefix():
    prefix, _, encoded = vault.written(vault.new_secret()).partition("_")
    assert prefix == "whsec"
    assert len(base64.b64decode(encoded, validate=True)) == 32


def test_secrets_stay_readable_while_keys_are_rotated():
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = Vault(old).sealed(b"secret")
    assert b"secret" not in sealed
    assert Vault(f"{new}, {old}").opened(sealed) == b"secret"
    assert Vault(new).opened(Vault(f"{new},{old}").sealed(b"secret")) == b"secret"
    with pytest.raises(InvalidToken):
        Vault(new).opened(sealed)


def test_a_key_that_cannot_encrypt_is_found_at_the_start():
    with pytest.raises(ValidationError, match="Fernet key"):
        Settings.model_validate({"database_url": "postgresql://localhost/test", "secret_key": "short"})
