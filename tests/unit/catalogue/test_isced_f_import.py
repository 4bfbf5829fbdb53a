import pytest

from services.catalogue.api.isced_f_import import IscedFRequest
from services.catalogue.domain.frameworks import Entry
from shared.problems import Validation


def listed(**body: object) -> tuple[Entry, ...]:
    return IscedFRequest.model_validate({"edition": "2013"} | body).listed()


def wrong_in(csv: str) -> list[str]:
    with pytest.raises(Validation) as refused:
        listed(csv=csv)
    errors = refused.value.members["errors"]
    assert {one["pointer"] for one in errors} == {"/csv"}
    return [one["detail"] for one in errors]


def test_csv_and_json_say_the_same():
    csv = '\ufeffcode,title_en,title_fr\r\n0612,"Database, network",\r\n\r\n0732,Building,Bâtiment\r\n'
    assert listed(csv=csv) == listed(
        entries=[
            {"code": "0612", "title": {"en": "Database, network"}},
            {"code": "0732", "title": {"en": "Building", "fr": "Bâtiment"}},
        ]
    )


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        ("0612,Database\n", "The first line is"),
        ("code\n0612\n", "The first line is"),
        ("code,title_en\n", "From 1 to"),
        ("\n", "The first line is"),
        ("code,title_en\n0612,Database\n0732,Building,Bâtiment\n", "Line 3: 3 columns, not 2"),
        ("code,title_en\n612,Database\n", "Line 2: "),
        ("code,title_en\n0612,\n", "Line 2: "),
        ("code,title_xx\n0612,Database\n", "Line 2: This is no language"),
        ('code,title_en\n0612,"Database\n', "Line 2: unexpected end of data"),
        ("code,title_en\n0612,Database\n0612,Network\n", "0612 stands there 2 times"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(csv: str, said: str):
    assert any(said in detail for detail in wrong_in(csv))


def test_all_wrong_lines_are_said_at_once():
    assert [detail.partition(":")[0] for detail in wrong_in("code,title_en\n1,A\n0612,B\n2,C\n")] == [
        "Line 2",
        "Line 4",
    ]


@pytest.mark.parametrize("body", [{}, {"csv": "code,title_en\n", "entries": [{"code": "0612", "title": {"en": "-"}}]}])
def test_it_is_either_csv_or_json(body: dict[str, object]):
    with pytest.raises(Validation, match=r"."):
        listed(**body)


def test_a_code_is_listed_once():
    with pytest.raises(Validation) as refused:
        listed(entries=[{"code": "0612", "title": {"en": "-"}}] * 2)
    assert [one["pointer"] for one in refused.value.members["errors"]] == ["/entries"]
