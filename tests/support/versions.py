"""The version before this one, as it was released."""

import subprocess
from pathlib import Path

import pytest

from tests.support.processes import PROJECT

BEFORE_THE_FIRST_RELEASE = "780df7de67235c2f46bb040af786539d4e200f3b"
"""The commit that an upgrade begins from as long as nothing is tagged."""


def lay_out_version_before(folder: Path) -> Path:
    """Its files, in a folder."""
    version = _git("describe", "--tags", "--abbrev=0").stdout.decode().strip() or BEFORE_THE_FIRST_RELEASE
    archive = _git("archive", version)
    if archive.returncode:
        pytest.skip(f"this copy of the project does not have the history that goes back to {version}")
    folder.mkdir()
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)  # noqa: S607 - whichever tar there is
    return folder


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, check=False)  # noqa: S603, S607 - our own arguments
