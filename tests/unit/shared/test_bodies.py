from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

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


def test_numbers_are_numbers():
    with pytest.raises(ValidationError):
        Example.model_validate({"name": "n", "ratio": "NaN"})


@pytest.mark.parametrize("wrong", [{}, {"EN": "x"}, {"english": "x"}, {"en": ""}, {"en": "x" * 4001}, {"e": "x"}, "x"])
def test_a_language_map_has_language_codes_and_texts(wrong):
    languages = TypeAdapter(LanguageMap)
    assert languages.validate_python({"en": "Nurse", "fry": "Ferpleechkundige"})
    with pytest.raises(ValidationError):
        languages.validate_python(wrong)


@pytest.mark.parametrize("wrong", ["fr", "FRA", "F", "FR\n", ""])
def test_a_country_is_two_capital_letters(wrong):
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
