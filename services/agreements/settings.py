from functools import cached_property
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from services.agreements.domain.retention import Periods
from shared.settings import ServiceSettings
from shared.vault import Vault


class Settings(ServiceSettings):
    """Environment variables begin with `AGREEMENTS_`."""

    model_config = SettingsConfigDict(env_prefix="AGREEMENTS_", frozen=True)

    secret_key: Annotated[
        SecretStr,
        Field(description="Fernet keys, separated by commas: the first encrypts learners' identifiers, each decrypts"),
    ]
    years_after_agreement: Annotated[
        int, Field(ge=1, le=100, description="Years that a learner's data are kept after the last learning agreement")
    ] = 5
    years_without_agreement: Annotated[
        int, Field(ge=1, le=100, description="Years that they are kept after registration if there is no agreement")
    ] = 1
    due_seconds: Annotated[
        float, Field(gt=0, description="Seconds between two looks for what time has to do: starts, expiries, notices")
    ] = 5

    @field_validator("secret_key")
    @classmethod
    def _usable(cls, keys: SecretStr) -> SecretStr:
        Vault(keys.get_secret_value())
        return keys

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.secret_key.get_secret_value())

    @property
    def retention(self) -> Periods:
        return Periods(self.years_after_agreement, self.years_without_agreement)
