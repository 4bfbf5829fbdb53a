"""The command line, as an operator types it."""

import subprocess
import sys
from pathlib import Path

from shared.service import Running

PROJECT = Path(__file__).parents[2]


def typed(module: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env={"PATH": "", "COLUMNS": "120", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def command(running: Running, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A verb of the service that is running."""
    name, url = running.service.name, running.settings.database_url.get_secret_value()
    return typed(f"services.{name}", *arguments, **{f"{name.upper()}_DATABASE_URL": url}, **environment)
