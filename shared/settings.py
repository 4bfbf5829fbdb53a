"""Configuration from the environment: what is the same for the whole platform, and what is one service's own."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self

from pydantic import AnyHttpUrl, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class PlatformSettings(BaseSettings):
    """The same for all services of an installation; environment variables begin with `ACQUIS_`."""

    model_config = SettingsConfigDict(env_prefix="ACQUIS_", env_ignore_empty=True, frozen=True)

    kafka_bootstrap: Annotated[str, Field(description="Kafka brokers, `host:port` separated by commas")] = (
        "127.0.0.1:9092"
    )
    kafka_username: Annotated[
        str | None, Field(description="User at the broker (SCRAM-SHA-512 over TLS); none: it asks nobody who they are")
    ] = None
    kafka_password: Annotated[SecretStr | None, Field(description="The user's password")] = None
    kafka_ca_file: Annotated[
        Path | None, Field(description="Certificates that vouch for the broker; none: those that the machine trusts")
    ] = None
    kafka_prefix: Annotated[str, Field(description="Put before every topic and group, to share a broker")] = ""
    kafka_partitions: Annotated[int, Field(ge=1, description="Partitions of a new topic")] = 12
    kafka_replication: Annotated[int, Field(ge=1, description="Replicas of a new topic")] = 1
    issuer: Annotated[str, Field(description="OIDC issuer whose access tokens are accepted")] = (
        "https://sign-in.acquis.example"
    )
    audience: Annotated[str, Field(description="`aud` that an access token must carry")] = "acquis"
    jwks_url: Annotated[AnyHttpUrl | None, Field(description="Where the issuer's keys are, if not discovered")] = None
    discovery_url: Annotated[
        AnyHttpUrl | None,
        Field(description="Where services read the issuer's OIDC metadata, if not under the issuer's own address"),
    ] = None
    pages_client_id: Annotated[
        str | None, Field(description="OIDC client by which people sign in to pages; none: they enter an access token")
    ] = None
    pages_client_secret: Annotated[
        SecretStr | None, Field(description="Its secret; none: a public client, PKCE alone proves who comes back")
    ] = None
    public_url: Annotated[
        AnyHttpUrl | None,
        Field(
            description="Where people reach Acquis, for links; needed with a client for pages, which they come back to"
        ),
    ] = None
    problem_base: Annotated[str, Field(description="Where the problem types are documented")] = (
        "https://acquis.example/problems"
    )
    max_body_bytes: Annotated[int, Field(ge=1024, description="A larger request body is refused with 413")] = 1_048_576
    requests_per_minute: Annotated[int, Field(ge=1, description="Per caller; more is answered with 429")] = 6_000
    trusted_proxies: Annotated[
        str,
        Field(description="Addresses or networks of proxies whose `X-Forwarded-For` is believed, separated by commas"),
    ] = ""
    log_level: Annotated[str, Field(description="DEBUG, INFO, WARNING or ERROR")] = "INFO"
    otlp_endpoint: Annotated[AnyHttpUrl | None, Field(description="OTLP/HTTP collector for traces; none: not sent")] = (
        None
    )

    def home_of(self, service: str) -> str | None:
        """Where people reach a service, which an ingress has under its name; None if nobody said where they do."""
        return f"{str(self.public_url).rstrip('/')}/{service}/" if self.public_url else None

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, proxies: str) -> str:
        for proxy in filter(None, proxies.split(",")):
            ip_network(proxy.strip())
        return proxies

    @model_validator(mode="after")
    def _way_back(self) -> Self:
        if self.pages_client_id and not self.public_url:
            raise ValueError("with ACQUIS_PAGES_CLIENT_ID set ACQUIS_PUBLIC_URL too")
        return self


class ServiceSettings(BaseSettings):
    """One service's own; a subclass in the service sets the prefix, e.g. `RECOGNITION_`."""

    database_url: Annotated[
        SecretStr, Field(description="PostgreSQL as the application role, which owns nothing", min_length=1)
    ]
    owner_database_url: Annotated[
        SecretStr | None, Field(description="PostgreSQL as the owner of the tables; needed by `migrate` only")
    ] = None
    database_pool: Annotated[
        int,
        Field(
            ge=1,
            description="Connections that `api` keeps at the most, for requests and for the system each, and `work`",
        ),
    ] = 10
    consumer_batch: Annotated[int, Field(ge=1, description="Events handled in one transaction at the most")] = 500
    relay_batch: Annotated[int, Field(ge=1, description="Events published in one go at the most")] = 1_000
    relay_shards: Annotated[int, Field(ge=1, description="Relays that may be active at once, each for its keys")] = 1
    platform: PlatformSettings = Field(default_factory=PlatformSettings)
