import base64
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet, InvalidToken
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from services.notifications.delivery import signing
from services.notifications.settings import Settings
from services.notifications.store import vault
from services.notifications.store.vault import Vault
from tests.support.notifications import TRACEPARENT

BODY = b'{"specversion": "1.0", "data": {"title": "\xc3\xa9cole"}}'


def test_the_reference_library_accepts_our_signature():
    secret = vault.new_secret()
    headers = dict(signing.headers(uuid4(), datetime.now(UTC), BODY, secret, TRACEPARENT))
    assert Webhook(vault.written(secret)).verify(BODY, headers) == {
        "specversion": "1.0",
        "data": {"title": "école"},
    }


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_whatever_is_changed_on_the_way_is_noticed(changed: str):
    secret, at = vault.new_secret(), datetime.now(UTC)
    headers = dict(signing.headers(uuid4(), at, BODY, secret, TRACEPARENT))
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
