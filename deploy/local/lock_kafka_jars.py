"""Write kafka.lock anew: `python -m deploy.local.lock_kafka_jars 4.3.1 > deploy/local/kafka.lock`."""

import hashlib
import sys
from pathlib import Path

import jgo

from deploy.local.kafka_jars import Jar

LOGGING = "org.slf4j:slf4j-simple:1.7.36"  # without it, what the broker says about its own errors is lost
# A broker without TLS, SASL and command-line tools does not load these.
NOT_NEEDED = {
    "commons-beanutils",
    "commons-collections",
    "commons-digester",
    "commons-logging",
    "jackson-dataformat-csv",
    "jackson-dataformat-yaml",
    "jackson-datatype-jdk8",
    "jose4j",
    "jspecify",
    "log4j-core",
    "scala-reflect",
    "snakeyaml",
}


def main(kafka_version: str) -> None:
    broker = jgo.resolve(f"org.apache.kafka:kafka_2.13:{kafka_version}")
    needed = [part for part in broker if part.artifactId not in NOT_NEEDED]
    for part in [*needed, jgo.resolve(LOGGING)[0]]:
        sha256 = hashlib.sha256(Path(part.resolve()).read_bytes()).hexdigest()
        print(Jar(part.groupId, part.artifactId, part.version, sha256))


if __name__ == "__main__":
    main(sys.argv[1])
