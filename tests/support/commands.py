"""The command line of recognition, as an operator types it."""

import subprocess
import sys
from pathlib import Path

from shared.service import Running

PROJECT = Path(__file__).parents[2]


def command(running: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "services.recognition", *arguments],
        cwd=PROJECT,
        env={"PATH": "", "RECOGNITION_DATABASE_URL": running.settings.database_url.get_secret_value()},
        capture_output=True,
        text=True,
        check=False,
    )
