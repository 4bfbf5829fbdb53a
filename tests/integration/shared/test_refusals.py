"""What an operator is told whose command finds no database or no broker that works with it."""

import subprocess

import pytest
import sqlalchemy as sa

from deploy.local.servers import Servers
from tests.support.commands import typed

pytestmark = pytest.mark.integration

COMMANDS = [
    ["migrate"],
    ["replay", "--dead=all"],
    ["replay", "--verify"],
    ["ledger", "verify"],
    ["ledger", "checkpoint"],
]


def told(answer: subprocess.CompletedProcess[str]) -> str:
    """The last line, after what clients log of their own accord."""
    assert answer.returncode == 1, answer.stderr
    assert "Traceback" not in answer.stderr
    return answer.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_that_lets_nobody_in_is_one_sentence_and_no_traceback(infrastructure: Servers, command: list[str]):
    url = sa.make_url(infrastructure.database_url).set(username="nobody", password="wrong-one")
    refused = typed(
        "services.recognition", *command, RECOGNITION_DATABASE_URL=url.render_as_string(hide_password=False)
    )
    assert told(refused).startswith("The database refuses or cannot be reached: connection failed")
    assert "nobody" in told(refused)
    assert "wrong-one" not in refused.stderr


def test_a_database_that_is_not_there_is_one_sentence_too(infrastructure: Servers):
    url = sa.make_url(infrastructure.database_url).set(database="nothing").render_as_string(hide_password=False)
    assert '"nothing" does not exist' in told(typed("services.recognition", "migrate", RECOGNITION_DATABASE_URL=url))
    nowhere = typed(
        "services.recognition", "migrate", RECOGNITION_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing"
    )
    assert "Connection refused" in told(nowhere)


def test_a_broker_that_is_away_is_one_sentence_too():
    answer = told(typed("shared.topics", ACQUIS_KAFKA_BOOTSTRAP="127.0.0.1:1"))
    assert answer.startswith("The broker refuses or cannot be reached: KafkaConnectionError")
