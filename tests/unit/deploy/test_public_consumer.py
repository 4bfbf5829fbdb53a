import pytest

from deploy import public_consumer


def test_its_help_says_what_it_needs(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        public_consumer.main(["--help"])
    page = capsys.readouterr().out
    assert all(option in page for option in ("--bootstrap", "--group", "--password-file", "--until-quiet"))


def test_a_user_without_a_password_is_told_so(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        public_consumer.main(["--bootstrap", "b:9094", "--group", "g", "--username", "ministry"])
    assert "--password-file" in capsys.readouterr().err
