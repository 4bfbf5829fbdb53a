from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables begin with `ASSESSMENT_`."""

    model_config = SettingsConfigDict(env_prefix="ASSESSMENT_", frozen=True)
