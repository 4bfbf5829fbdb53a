from pathlib import Path

import certifi
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError
from pydantic import SecretStr

from shared.kafka.sign_in import sign_in
from shared.settings import PlatformSettings

SIGNED_IN = PlatformSettings(
    kafka_username="acquis-recognition", kafka_password=SecretStr("p"), kafka_ca_file=Path(certifi.where())
)


def test_without_a_user_nothing_is_said_of_who_one_is():
    assert sign_in(PlatformSettings()) == {}


def test_a_user_is_never_sent_in_the_clear():
    given = sign_in(SIGNED_IN)
    assert given["security_protocol"] == "SASL_SSL"
    assert given["ssl_context"].check_hostname
    assert (given["sasl_plain_username"], given["sasl_plain_password"]) == ("acquis-recognition", "p")


@pytest.mark.asyncio
@pytest.mark.parametrize("client", [AIOKafkaProducer, AIOKafkaConsumer])
async def test_the_client_library_takes_what_it_is_given(client):
    # Nothing listens there; settings that the library refuses are refused before.
    made = client(bootstrap_servers="127.0.0.1:9", **sign_in(SIGNED_IN))
    with pytest.raises(KafkaConnectionError):
        await made.start()
    await made.stop()
