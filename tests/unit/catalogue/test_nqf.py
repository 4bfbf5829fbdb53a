import pytest

from services.catalogue.domain.nqf import EQF_LEVELS, check_nqf_level


def codes(country: str, nqf_level: str | None, eqf_level: int, region: str | None = None) -> list[str]:
    return [error["code"] for error in check_nqf_level(country, region, nqf_level, eqf_level)]


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


def test_the_scottish_levels_are_referenced_from_the_third_on():
    assert list(EQF_LEVELS["GB-SCT"].items()) == [
        *(("3", 1), ("4", 2), ("5", 3), ("6", 4), ("7", 5), ("8", 5), ("9", 6), ("10", 6), ("11", 7), ("12", 8))
    ]
    assert codes("GB", "6", 4, "GB-SCT") == []
    assert codes("GB", "6", 5, "GB-SCT") == ["not_this_eqf_level"]
    assert codes("GB", "2", 1, "GB-SCT") == ["unknown"]


def test_flanders_has_a_framework_of_its_own_and_belgium_as_a_whole_has_none():
    assert codes("BE", "4", 4, "BE-VLG") == []
    assert codes("BE", "4", 5, "BE-VLG") == ["not_this_eqf_level"]
    assert codes("BE", "4", 5) == codes("BE", "4", 5, "BE-WAL") == []


def test_a_region_is_one_of_the_country_and_does_not_hide_the_country_s_framework():
    assert codes("MT", "4", 4, "GB-SCT") == ["not_in_country"]
    assert codes("MT", "4", 5, "MT-01") == ["not_this_eqf_level"]


def test_where_the_referencing_is_not_sure_nothing_is_refused():
    assert codes("ES", "C", 3) == []
    assert codes("MT", None, 3) == []
