import pytest

from deploy.local.errors import LocalError
from deploy.local.ports import LAST_PORT, Ports


def ports(kept: dict[str, int], taken: set[int], said: list[str] | None = None) -> Ports:
    return Ports(kept, (said if said is not None else []).append, is_free=lambda port: port not in taken)


def test_the_first_free_port_is_chosen_and_kept() -> None:
    kept: dict[str, int] = {}
    assert ports(kept, taken={29092, 29093}).choose("Kafka", first=29092) == 29094
    assert kept == {"Kafka": 29094}


def test_two_servers_never_get_the_same_port() -> None:
    kept: dict[str, int] = {}
    choice = ports(kept, taken=set())
    assert choice.choose("Kafka", first=29092) != choice.choose("Kafka's controller", first=29092)


def test_the_port_of_the_last_run_is_used_again() -> None:
    assert ports({"Kafka": 30000}, taken=set()).choose("Kafka", first=29092) == 30000


def test_a_kept_port_that_was_lost_to_another_program_is_replaced_and_this_is_said() -> None:
    said: list[str] = []
    assert ports({"Kafka": 30000}, {30000}, said).choose("Kafka", first=29092) == 29092
    assert said == ["Kafka: port 30000 is taken by another program by now, moving to 29092"]


def test_a_wanted_port_is_used_or_refused_but_never_replaced() -> None:
    assert ports({"Kafka": 30000}, taken=set()).choose("Kafka", first=29092, wanted=31000) == 31000
    with pytest.raises(LocalError, match="Port 31000, wanted for Kafka, is taken by another program"):
        ports({}, taken={31000}).choose("Kafka", first=29092, wanted=31000)


def test_ports_stay_below_those_that_the_kernel_hands_out() -> None:
    with pytest.raises(LocalError, match=f"and {LAST_PORT} is free"):
        ports({}, taken={LAST_PORT - 1, LAST_PORT}).choose("Kafka", first=LAST_PORT - 1)
