"""The secrets of `deploy/compose.yaml`, made up once: `python -m deploy.docker.environment FILE`."""

import secrets
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from cryptography.fernet import Fernet

PASSWORDS = ("POSTGRES", "DATABASE", "OWNER", "KEYCLOAK_ADMIN", "GRAFANA_ADMIN")
VAULTS = ("AGREEMENTS", "NOTIFICATIONS")

File = Annotated[Path, typer.Argument(help="Kept as it is if it is there: the data are encrypted with its keys.")]


def environment() -> dict[str, str]:
    """What compose.yaml cannot do without."""
    return {
        "KAFKA_CLUSTER_ID": urlsafe_b64encode(uuid4().bytes).rstrip(b"=").decode(),
        **{f"{name}_PASSWORD": secrets.token_hex(24) for name in PASSWORDS},
        **{f"{name}_SECRET_KEY": Fernet.generate_key().decode() for name in VAULTS},
    }


def write(path: Path) -> bool:
    """Whether it was written."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in environment().items()))
    return True


def main(file: File) -> None:
    """Write a file for `docker compose --env-file`, with fresh passwords and keys, unless it is there."""
    typer.echo(f"{file} {'written: keep it safe' if write(file) else 'is there already'}.")


if __name__ == "__main__":
    typer.run(main)
