from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables begin with `CATALOGUE_`."""

    model_config = SettingsConfigDict(env_prefix="CATALOGUE_", frozen=True)
