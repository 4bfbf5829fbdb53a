from pathlib import Path

import pytest

from deploy.local.errors import LocalError
from deploy.local.state import State


def test_the_state_is_read_as_it_was_saved_and_only_by_its_owner(tmp_path: Path) -> None:
    state = State(ports={"Kafka": 29092})
    state.save(tmp_path)
    assert State.load(tmp_path) == state
    assert [(file.name, file.stat().st_mode & 0o777) for file in tmp_path.iterdir()] == [("state.json", 0o600)]


def test_every_home_has_a_password_of_its_own(tmp_path: Path) -> None:
    assert State.load(tmp_path).password != State.load(tmp_path).password


def test_a_state_that_cannot_be_read_says_how_to_begin_anew(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(LocalError, match="`make down` deletes it"):
        State.load(tmp_path)


def test_data_whose_state_is_gone_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    with pytest.raises(LocalError, match="`make down` deletes"):
        State.load(tmp_path)
