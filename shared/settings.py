"""Configuration from the environment: what is the same for the whole platform, and what is one service's own."""

from typing import Annotated

from pydantic import AnyHttpUrl, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class PlatformSettings(BaseSettings):
    """The same for all services of an installation; environment variables begin with `ACQUIS_`."""

    model_config = SettingsConfigDict(env_prefix="ACQUIS_", frozen=True)

    kafka_bootstrap: Annotated[str, Field(description="Kafka brokers, `host:port` separated by commas")] = (
        "127.0.0.1:9092"
    )
    kafka_prefix: Annotated[str, Field(description="Put before every topic and group, to share a broker")] = ""
    kafka_partitions: Annotated[int, Field(ge=1, description="Partitions of a new topic")] = 12
    kafka_replication: Annotated[int, Field(ge=1, description="Replicas of a new topic")] = 1
    issuer: Annotated[str, Field(description="OIDC issuer whose access tokens are accepted")] = (
        "https://sign-in.acquis.example"
    )
    audience: Annotated[str, Field(description="`aud` that an access token must carry")] = "acquis"
    jwks_url: Annotated[AnyHttpUrl | None, Field(description="Where the issuer's keys are, if not discovered")] = None
    problem_base: Annotated[str, Field(description="Where the problem types are documented")] = (
        "https://acquis.example/problems"
    )
    max_body_bytes: Annotated[int, Field(ge=1024, description="A larger request body is refused with 413")] = 1_048_576
    requests_per_minute: Annotated[int, Field(ge=1, description="Per caller; more is answered with 429")] = 6_000
    log_level: Annotated[str, Field(description="DEBUG, INFO, WARNING or ERROR")] = "INFO"
    otlp_endpoint: Annotated[AnyHttpUrl | None, Field(description="OTLP/HTTP collector for traces; none: not sent")] = (
        None
    )


class ServiceSettings(BaseSettings):
    """One service's own; a subclass in the service sets the prefix, e.g. `RECOGNITION_`."""

    database_url: Annotated[
        SecretStr, Field(description="PostgreSQL as the application role, which owns nothing", min_length=1)
    ]
    owner_database_url: Annotated[
        SecretStr | None, Field(description="PostgreSQL as the owner of the tables; needed by `migrate` only")
    ] = None
    database_pool: Annotated[
        int, Field(ge=1, description="Connections a process keeps at the most, for requests and for the system each")
    ] = 10
    consumer_batch: Annotated[int, Field(ge=1, description="Events handled in one transaction at the most")] = 500
    relay_batch: Annotated[int, Field(ge=1, description="Events published in one go at the most")] = 1_000
    relay_shards: Annotated[int, Field(ge=1, description="Relays that may be active at once, each for its keys")] = 1
    platform: PlatformSettings = Field(default_factory=PlatformSettings)
