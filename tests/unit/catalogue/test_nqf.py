import pytest

from services.catalogue.domain.nqf import EQF_LEVELS, check_nqf_level


def codes(country: str, nqf_level: str | None, eqf_level: int) -> list[str]:
    return [error["code"] for error in check_nqf_level(country, nqf_level, eqf_level)]


@pytest.mark.parametrize("country", ["MT", "DE", "FR", "IT", "FI", "AT", "EE", "PT", "PL", "RO", "NL"])
def test_eight_levels_are_the_eight_levels_of_the_eqf(country: str):
    for level in range(1, 9):
        assert codes(country, str(level), level) == []
    assert codes(country, "4", 5) == ["not_this_eqf_level"]
    assert codes(country, "9", 8) == ["unknown"]


def test_the_ten_irish_levels_are_referenced_as_ireland_did():
    assert list(EQF_LEVELS["IE"].values()) == [1, 1, 2, 3, 4, 5, 6, 6, 7, 8]
    assert codes("IE", "6", 5) == []
    assert codes("IE", "6", 6) == ["not_this_eqf_level"]


def test_where_the_referencing_is_not_sure_nothing_is_refused():
    assert codes("ES", "C", 3) == []
    assert codes("MT", None, 3) == []
