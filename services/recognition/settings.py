from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables begin with `RECOGNITION_`."""

    model_config = SettingsConfigDict(env_prefix="RECOGNITION_", frozen=True)
