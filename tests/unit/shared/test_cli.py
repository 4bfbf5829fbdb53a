"""What an operator sees who types a command."""

import subprocess

import pytest

from tests.support.commands import typed

VERBS = ["api", "consume", "relay", "work", "migrate", "replay"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return typed("services.recognition", *arguments, **environment)


@pytest.fixture(scope="module")
def help_page() -> str:
    return run("--help").stdout


@pytest.mark.parametrize("verb", VERBS)
def test_help_names_every_verb_without_any_configuration(help_page, verb):
    assert f" {verb} " in help_page


def test_help_says_what_the_service_is_for(help_page):
    assert "ledger" in help_page


def test_a_missing_setting_is_one_sentence_and_no_traceback():
    answer = run("migrate")
    assert answer.returncode == 2
    assert "RECOGNITION_DATABASE_URL" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_replay_asks_for_what_to_bring_back():
    answer = run("replay", RECOGNITION_DATABASE_URL="postgresql://nobody@127.0.0.1/nothing")
    assert answer.returncode == 2
    assert "--dead or --since" in answer.stderr
