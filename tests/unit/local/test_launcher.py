import os
from pathlib import Path

import pytest

from deploy.local.errors import LocalError
from deploy.local.launcher import only_launcher, remove


def test_a_second_launcher_of_the_same_home_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    with (
        only_launcher(tmp_path),
        pytest.raises(LocalError, match=rf"already runs in {tmp_path} \(process {os.getpid()}\)"),
        only_launcher(tmp_path),
    ):
        pass
    with only_launcher(tmp_path):
        pass


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sentence = r"cannot be used \(Not a directory\): set ACQUIS_HOME"
    with pytest.raises(LocalError, match=sentence), only_launcher(tmp_path / "file/home"):
        pass


def test_remove_deletes_what_was_made_and_the_homes_inside_and_nothing_else(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for place in home, home / "test":
        with only_launcher(place):
            (place / "kafka" / "data").mkdir(parents=True)
            (place / "state.json").touch()
    (home / "mine.txt").touch()
    remove(home)
    assert [path.name for path in home.iterdir()] == ["mine.txt"]
    (home / "mine.txt").unlink()
    with only_launcher(home):
        pass
    remove(home)
    assert not home.exists()


def test_remove_of_a_folder_that_is_no_home_deletes_nothing(tmp_path: Path) -> None:
    (tmp_path / "kafka").mkdir()
    remove(tmp_path)
    assert (tmp_path / "kafka").exists()
