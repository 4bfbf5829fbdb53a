"""The command line of a service, as an operator types it."""

import subprocess
import sys
from pathlib import Path

from shared.service import Running

PROJECT = Path(__file__).parents[2]


def command(running: Running, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    name, url = running.service.name, running.settings.database_url.get_secret_value()
    return subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", f"services.{name}", *arguments],
        cwd=PROJECT,
        env={"PATH": "", f"{name.upper()}_DATABASE_URL": url, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
