"""A learner's identifiers, encrypted at rest; and the fingerprints by which the same person is found again."""

from dataclasses import asdict

from pydantic import TypeAdapter
from pydantic_core import to_json

from services.agreements.domain.learners import Identifiers, PersonalData, Sealed
from services.agreements.domain.likeness import likenesses
from shared.vault import Vault

IDENTIFIERS = TypeAdapter(Identifiers)


def seal(personal: PersonalData, identifiers: Identifiers, vault: Vault) -> Sealed:
    some = any(asdict(identifiers).values())
    return Sealed(
        identifiers=vault.sealed(to_json(identifiers)) if some else None,
        key_id=vault.key_id,
        fingerprints=frozenset(map(vault.fingerprint, likenesses(personal, identifiers))),
    )


def opened(sealed: Sealed, vault: Vault) -> Identifiers:
    """`cryptography.fernet.InvalidToken` if its key is no longer among the vault's."""
    return IDENTIFIERS.validate_json(vault.opened(sealed.identifiers)) if sealed.identifiers else Identifiers()


def found_by(personal: PersonalData, identifiers: Identifiers, vault: Vault) -> list[str]:
    """The fingerprints under any of the keys: who was registered before the newest one is still found."""
    return [one for likeness in likenesses(personal, identifiers) for one in vault.fingerprints(likeness)]
