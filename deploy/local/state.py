import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import BaseModel, Field, ValidationError

from deploy.local.errors import LocalError


def new_key() -> str:
    return Fernet.generate_key().decode()


class State(BaseModel):
    """What is chosen once and kept, so that the addresses stay the same on every run."""

    password: str = Field(default_factory=lambda: secrets.token_urlsafe(18))
    ports: dict[str, int] = {}
    secret_key: str = Field(default_factory=new_key)

    @classmethod
    def load(cls, home: Path) -> "State":
        try:
            return cls.model_validate_json((home / "state.json").read_bytes())
        except FileNotFoundError:
            if (home / "postgres/data").exists():
                raise LocalError(f"{home} has data but no state.json: `make down` deletes the data.") from None
            return cls()
        except ValidationError:
            raise LocalError(f"{home / 'state.json'} cannot be read: `make down` deletes it and the data.") from None

    def save(self, home: Path) -> None:
        new = home / "state.json.part"
        new.touch(0o600)
        new.write_text(self.model_dump_json())
        new.replace(home / "state.json")
