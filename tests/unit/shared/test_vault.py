import pytest
from cryptography.fernet import Fernet, InvalidToken

from shared.vault import Vault

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_what_is_sealed_can_be_opened_and_not_be_read():
    sealed = Vault(OLD).sealed(b"secret")
    assert b"secret" not in sealed
    assert Vault(OLD).opened(sealed) == b"secret"
    with pytest.raises(InvalidToken):
        Vault(NEW).opened(sealed)


def test_a_key_is_replaced_by_putting_a_new_one_before_it():
    before, rotating, after = Vault(OLD), Vault(f"{NEW}, {OLD}"), Vault(NEW)
    assert rotating.opened(before.sealed(b"secret")) == b"secret"
    assert after.opened(rotating.sealed(b"secret")) == b"secret"
    assert before.key_id != rotating.key_id == after.key_id


def test_while_processes_begin_anew_one_by_one_each_reads_what_the_others_write():
    told_of_it, using_it = Vault(f"{OLD},{NEW}"), Vault(f"{NEW},{OLD}")
    assert told_of_it.opened(using_it.sealed(b"secret")) == using_it.opened(told_of_it.sealed(b"secret")) == b"secret"
    assert using_it.fingerprint("somebody") in told_of_it.fingerprints("somebody")


def test_what_is_under_an_older_key_is_sealed_anew_and_what_is_not_is_left():
    before, rotating, after = Vault(OLD), Vault(f"{NEW},{OLD}"), Vault(NEW)
    anew = rotating.resealed(before.sealed(b"secret"))
    assert anew is not None
    assert after.opened(anew) == b"secret"
    assert rotating.resealed(anew) is None
    with pytest.raises(InvalidToken):
        after.resealed(before.sealed(b"secret"))


def test_what_was_fingerprinted_under_an_older_key_is_found():
    before, rotating = Vault(OLD), Vault(f"{NEW},{OLD}")
    assert before.fingerprint("somebody") in rotating.fingerprints("somebody")
    assert rotating.fingerprint("somebody") == Vault(NEW).fingerprint("somebody") != before.fingerprint("somebody")
    assert before.fingerprint("somebody") != before.fingerprint("somebody else")


def test_nothing_is_told_about_a_key():
    assert OLD not in repr(Vault(OLD))
    assert Vault(OLD).key_id not in OLD


def test_what_is_no_key_is_refused():
    with pytest.raises(ValueError, match="Fernet key"):
        Vault("short")
