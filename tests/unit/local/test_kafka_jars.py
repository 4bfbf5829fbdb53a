import hashlib
from pathlib import Path

import pytest

from deploy.local.errors import LocalError
from deploy.local.kafka_jars import LOCK, Jar, keep, pinned_jars

CONTENT = b"a jar"
JAR = Jar("org.apache.kafka", "kafka-clients", "4.3.1", hashlib.sha256(CONTENT).hexdigest())


def test_every_line_of_the_lock_names_one_jar_and_its_hash() -> None:
    jars = pinned_jars()
    assert "".join(f"{jar}\n" for jar in jars) == LOCK.read_text()
    assert {len(bytes.fromhex(jar.sha256)) for jar in jars} == {32}
    assert len({jar.file_name for jar in jars}) == len(jars)


def test_a_jar_lies_where_a_maven_repository_keeps_it() -> None:
    assert JAR.path == "org/apache/kafka/kafka-clients/4.3.1/kafka-clients-4.3.1.jar"


def test_a_jar_with_the_pinned_hash_is_kept_whole(tmp_path: Path) -> None:
    keep(JAR, CONTENT, tmp_path)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("kafka-clients-4.3.1.jar", CONTENT)]


def test_a_jar_with_another_hash_is_refused_and_not_written(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"kafka-clients-4.3.1.jar has not the sha256 that kafka.lock names"):
        keep(JAR, CONTENT + b"!", tmp_path)
    assert not list(tmp_path.iterdir())
