import pytest

from services.catalogue.domain import frameworks
from services.catalogue.domain.frameworks import (
    CEFR,
    EQAVET,
    EQF,
    KEPT_HERE,
    REASON_CODES,
    Entry,
    Framework,
    ImportedFramework,
    renew,
)
from shared.contracts.recognition import ReasonCode


@pytest.mark.parametrize("framework", KEPT_HERE, ids=lambda framework: framework.name)
def test_no_code_is_listed_twice(framework: Framework):
    codes = [entry.code for entry in framework.entries]
    assert len(codes) == len(set(codes))


def test_lists_are_whole():
    assert [entry.code for entry in EQF.entries] == list("12345678")
    assert [entry.code for entry in CEFR.entries] == ["A1", "A2", "B1", "B2", "C1", "C2"]
    assert len(EQAVET.entries) == 10


def test_every_reason_that_a_decision_can_give_is_explained():
    explained = {entry.code for entry in REASON_CODES.entries if entry.group == "recognition"}
    assert explained >= set(ReasonCode)


def test_a_new_edition_replaces_all_and_counts_on():
    known = ImportedFramework(name=frameworks.ISCED_F, version=3, edition="2013", entries=())
    entries = tuple(Entry(code=code, title={"en": "-"}) for code in ("0732", "0612"))
    renewed = renew(known, "2025", entries)
    assert (renewed.version, renewed.tag, renewed.edition) == (4, "4", "2025")
    assert [entry.code for entry in renewed.entries] == ["0612", "0732"]
