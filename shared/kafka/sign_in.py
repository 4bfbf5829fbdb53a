"""How the platform's processes sign in at the broker: not at all, or with SCRAM over TLS."""

from typing import Any

from aiokafka.helpers import create_ssl_context

from shared.settings import PlatformSettings


def sign_in(platform: PlatformSettings) -> dict[str, Any]:
    """What aiokafka's clients are given besides the address."""
    if platform.kafka_username is None:
        return {}
    password = platform.kafka_password.get_secret_value() if platform.kafka_password else ""
    return {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": platform.kafka_username,
        "sasl_plain_password": password,
        "ssl_context": create_ssl_context(cafile=platform.kafka_ca_file),
    }
