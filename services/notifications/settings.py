from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from services.notifications.store.vault import Vault
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables begin with `NOTIFICATIONS_`."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", env_ignore_empty=True, frozen=True)

    secret_key: Annotated[
        SecretStr,
        Field(description="Fernet keys, separated by commas: the first one encrypts webhook secrets, each decrypts"),
    ]
    allowed_targets: Annotated[
        frozenset[str],
        Field(description="`host:port` that webhooks may reach by http and at any address: for tests and local use"),
    ] = frozenset()
    retention_days: Annotated[int, Field(ge=7, description="Days that feed, deliveries and attempts are kept")] = 90
    most_subscriptions: Annotated[
        int, Field(ge=1, description="Subscriptions that an institution may have at once; those deleted do not count")
    ] = 100
    smtp_host: Annotated[str | None, Field(description="Mail server for notices to contacts; none: none are sent")] = (
        None
    )
    smtp_port: Annotated[int, Field(ge=1, le=65535, description="465 is usual for `tls`")] = 587
    smtp_security: Annotated[
        Literal["starttls", "tls", "none"], Field(description="`starttls`, `tls` from the beginning, or `none`")
    ] = "starttls"
    smtp_ca: Annotated[
        Path | None, Field(description="Certificates of the mail server's authority, if not a public one")
    ] = None
    smtp_username: Annotated[str | None, Field(description="Who signs in to the mail server")] = None
    smtp_password: Annotated[SecretStr | None, Field(description="Password for it")] = None
    mail_from: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$", description="Address that notices come from")] = (
        "noreply@acquis.example"
    )

    @field_validator("secret_key")
    @classmethod
    def _usable(cls, keys: SecretStr) -> SecretStr:
        Vault(keys.get_secret_value())
        return keys

    @property
    def vault(self) -> Vault:
        return Vault(self.secret_key.get_secret_value())
