from pathlib import Path

import pytest

from deploy.local.errors import LocalError
from deploy.local.settings import PROJECT, LocalSettings, everyone_may_enter, usable_home


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in LocalSettings.model_fields:
        monkeypatch.delenv(f"ACQUIS_{name.upper()}", raising=False)
    return monkeypatch


def test_without_any_setting_all_is_kept_in_the_project() -> None:
    assert LocalSettings().home == usable_home(PROJECT / ".acquis")


def test_a_wrong_setting_is_named_in_one_sentence(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ACQUIS_KAFKA_PORT", "70000")
    with pytest.raises(LocalError, match=r"^ACQUIS_KAFKA_PORT: Input should be less than or equal to 65535.$"):
        LocalSettings.from_environment()


def test_a_kafka_address_needs_a_port(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ACQUIS_KAFKA_BOOTSTRAP", "localhost")
    with pytest.raises(LocalError, match=r"^ACQUIS_KAFKA_BOOTSTRAP: "):
        LocalSettings.from_environment()


def test_an_ordinary_user_keeps_the_home_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert usable_home(tmp_path) == tmp_path


def test_root_gets_another_home_where_nobody_cannot_enter_the_one_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    tmp_path.chmod(0o700)
    elsewhere = usable_home(tmp_path / "home")
    assert everyone_may_enter(elsewhere)
    assert elsewhere == usable_home(tmp_path / "home")
    assert elsewhere != usable_home(tmp_path / "another")
