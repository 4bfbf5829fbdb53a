"""The agreements service in tests: settings with a key; and learners of whom something special is known."""

from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet
from pydantic import SecretStr

from services.agreements.settings import Settings


class SettingsWithKey(Settings):
    secret_key: SecretStr = SecretStr(Fernet.generate_key().decode())


ESI = "urn:schac:personalUniqueCode:int:esi:school.example:"
GUARDIAN = {
    "name": "Parent Prova",
    "email": "parent@example.org",
    "phone": "+356 2100 0001",
    "address": "3 Triq il-Kbira",
}
A_MINOR = str((datetime.now(UTC) - timedelta(days=17 * 365 + 270)).date())
"""A birth date: old enough for a stay (`min_age` of the demo policies)."""
