import re
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from shared.bodies import Body, CountryCode, DecimalText, LanguageMap, ShortText


class Example(Body):
    name: ShortText
    ratio: float = 0


def test_unknown_members_are_refused_so_that_typing_errors_are_noticed():
    with pytest.raises(ValidationError):
        Example.model_validate({"name": "n", "nmae": "n"})


def test_texts_lose_outer_space_and_must_say_something():
    assert Example.model_validate({"name": " n "}).name == "n"
    for wrong in ("", "   ", "n" * 201, 5, None):
        with pytest.raises(ValidationError):
            Example.model_validate({"name": wrong})


@pytest.mark.parametrize("blank", [" ", "\t\n", "\u0085", "\u00a0", "\u2028", "\u3000"])
def test_what_counts_as_blank_the_schema_says_too(blank: str):
    with pytest.raises(ValidationError):
        TypeAdapter(ShortText).validate_python(blank)
    assert not re.search(TypeAdapter(ShortText).json_schema()["pattern"], blank)
    assert r"\u0085" in TypeAdapter(ShortText).json_schema()["pattern"]  # no white space where \s is ECMA 262's


def test_numbers_are_numbers():
    with pytest.raises(ValidationError):
        Example.model_validate({"name": "n", "ratio": "NaN"})


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"EN": "x"},
        {"english": "x"},
        {"en": ""},
        {"en": "x" * 4001},
        {"e": "x"},
        {"xx": "nobody speaks it"},
        {"fry": "has the shorter code fy"},
        "x",
    ],
)
def test_a_language_map_has_language_codes_and_texts(wrong):
    languages = TypeAdapter(LanguageMap)
    assert languages.validate_python({"en": "Nurse", "stq": "Krankenplegster"})
    with pytest.raises(ValidationError):
        languages.validate_python(wrong)


class Told(BaseModel):
    model_config = ConfigDict(extra="ignore")

    country: CountryCode
    title: LanguageMap


def test_what_was_stored_under_a_code_that_is_listed_no_longer_can_still_be_told():
    stored = {"country": "AN", "title": {"mo": "Infirmier"}}
    assert Told.model_validate(stored).model_dump() == stored
    with pytest.raises(ValidationError):
        TypeAdapter(CountryCode).validate_python("AN")


@pytest.mark.parametrize("wrong", ["fr", "FRA", "F", "FR\n", "", "XX", "UK"])
def test_a_country_has_its_code_of_iso_3166(wrong):
    country = TypeAdapter(CountryCode)
    assert country.validate_python("FR") == "FR"
    with pytest.raises(ValidationError):
        country.validate_python(wrong)


@pytest.mark.parametrize("wrong", [30, 30.0, "1e1", "+1", " 1", "1\n", "1_0", "1.25", "NaN", "", None])
def test_a_decimal_is_written_as_text_in_one_form(wrong):
    points = TypeAdapter(Annotated[Decimal, DecimalText(r"^[0-9]{1,4}(\.[0-9])?$")])
    assert points.validate_python("30.0") == points.validate_python(Decimal("30.0")) == Decimal(30)
    assert points.json_schema() == {"type": "string", "pattern": r"^[0-9]{1,4}(\.[0-9])?$"}
    with pytest.raises(ValidationError):
        points.validate_python(wrong)
