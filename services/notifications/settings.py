from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from services.notifications.store.vault import Vault
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables begin with `NOTIFICATIONS_`."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", frozen=True)

    secret_key: Annotated[
        SecretStr,
        Field(description="Fernet keys, separated by commas: the first one encrypts webhook secrets, each decrypts"),
    ]
    allowed_targets: Annotated[
        frozenset[str],
        Field(description="`host:port` that webhooks may reach by http and at any address: for tests and local use"),
    ] = frozenset()
    retention_days: Annotated[int, Field(ge=7, description="Days that feed, deliveries and attempts are kept")] = 90

    @field_validator("secret_key")
    @classmethod
    def _usable(cls, keys: SecretStr) -> SecretStr:
        Vault(keys.get_secret_value())
        return keys
