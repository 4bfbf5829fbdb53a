"""The story so far, kept beside the data, so that the next start goes on from there."""

from pathlib import Path

from deploy.local.demo.told import Told


class KeptStory:
    def __init__(self, home: Path) -> None:
        self._path = home / "story.json"

    def load(self) -> Told:
        return Told.model_validate_json(self._path.read_bytes()) if self._path.exists() else Told()

    def save(self, told: Told) -> None:
        part = self._path.with_suffix(".part")
        part.touch(0o600)
        part.write_text(told.model_dump_json())
        part.replace(self._path)

    def is_complete(self) -> bool:
        return "confirm" in self.load().steps
