"""The promises of shared.canonical; the vectors are those that docs/canonical-json.md publishes for other languages."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.canonical import PROFILE, canonical_json, content_hash
from tests.support.canonical_vectors import DOCUMENT, REFUSED, VECTORS, value_of

texts = st.text(max_size=10)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.uuids(),
    texts,
)
keys = texts.map(lambda text: unicodedata.normalize("NFC", text))
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=offsets)  # noqa: DTZ001 - hypothesis adds the zone


def test_the_document_is_about_this_profile_and_has_its_vectors():
    assert PROFILE in DOCUMENT
    assert len(VECTORS) == DOCUMENT.count("` | `") // 2
    assert len(VECTORS) > 20
    assert len(REFUSED) >= 5


@pytest.mark.parametrize(("value", "canonical", "digest"), VECTORS)
def test_a_published_vector_holds(value, canonical, digest):
    assert canonical_json(value_of(value)) == canonical.encode()
    assert content_hash(value_of(value)) == digest


@pytest.mark.parametrize("value", REFUSED)
def test_a_value_that_is_published_as_refused_is_refused(value):
    with pytest.raises((TypeError, UnicodeEncodeError)):
        canonical_json(value_of(value))


@given(st.dictionaries(keys, leaves, max_size=6), st.randoms())
def test_the_order_of_an_objects_keys_never_matters(value, random):
    shuffled = list(value.items())
    random.shuffle(shuffled)
    assert canonical_json(dict(shuffled)) == canonical_json(value)


@given(st.frozensets(leaves, max_size=6), st.randoms())
def test_the_order_of_a_sets_members_never_matters(value, random):
    shuffled = list(value)
    random.shuffle(shuffled)
    assert canonical_json(set(shuffled)) == canonical_json(value)


@given(texts, texts)
def test_the_order_of_a_list_always_matters(one, other):
    assume(unicodedata.normalize("NFC", one) != unicodedata.normalize("NFC", other))
    assert canonical_json([one, other]) != canonical_json([other, one])


@given(texts)
def test_composed_and_decomposed_text_is_the_same(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert canonical_json(composed) == canonical_json(decomposed)
    assert canonical_json({composed: composed}) == canonical_json({decomposed: decomposed})


@given(values)
def test_what_was_written_and_read_again_is_written_the_same(value):
    written = canonical_json(value)
    assert canonical_json(json.loads(written)) == written


@given(st.decimals(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_are_the_same_exactly_when_they_are_equal(one, other):
    assert (canonical_json(one) == canonical_json(other)) == (one == other)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2), st.integers(min_value=1, max_value=40))
def test_trailing_zeros_of_a_decimal_never_matter(value, zeros):
    assert canonical_json(Decimal(f"{value}{'0' * zeros}")) == canonical_json(value)


def test_decimals_of_any_length_are_told_apart():
    assert canonical_json(Decimal("0." + "1" * 40)) != canonical_json(Decimal("0." + "1" * 39 + "2"))


@given(times, offsets)
def test_the_same_moment_in_another_zone_is_the_same(moment, zone):
    assert canonical_json(moment) == canonical_json(moment.astimezone(zone)) == canonical_json(moment.astimezone(UTC))


def test_a_dataclass_is_the_object_of_its_fields():
    class Level(Enum):
        FOUR = "4"

    @dataclass(frozen=True)
    class Point:
        x: Decimal
        level: Level

    assert canonical_json(Point(Decimal("1.50"), Level.FOUR)) == b'{"level":"4","x":"1.5"}'


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("Infinity"),
        datetime(2026, 5, 4),  # noqa: DTZ001 - without a zone is the point
        b"bytes",
        object(),
        {1: "one"},
        date,
    ],
)
def test_what_has_no_canonical_form_is_refused_however_deep(value):
    for nested in (value, [value], {"key": (value,)}):
        with pytest.raises(TypeError):
            canonical_json(nested)
