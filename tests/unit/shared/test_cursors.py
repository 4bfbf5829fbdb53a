from datetime import UTC
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from shared.paging import Slice, decode, encode
from shared.problems import Validation

KEYS: list[sa.ColumnElement[Any]] = [
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("name", sa.Text),
    sa.column("number", sa.BigInteger),
    sa.column("day", sa.Date),
    sa.column("points", sa.Numeric),
    sa.column("id", sa.Uuid),
]
VALUES = st.tuples(
    st.datetimes(timezones=st.just(UTC)),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.integers(-(2**63), 2**63 - 1),
    st.dates(),
    st.decimals(allow_nan=False, allow_infinity=False, places=1),
    st.uuids(),
)


@given(VALUES)
def test_a_cursor_gives_back_exactly_the_keys_it_was_made_of(values):
    cursor = encode(values)
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert decode(cursor, KEYS) == list(values)


@given(st.text() | st.binary().map(lambda raw: encode([raw.hex()])))
def test_anything_else_is_refused_and_breaks_nothing(cursor: str):
    with pytest.raises(Validation):
        decode(cursor, KEYS)


def test_a_slice_keeps_its_cursor_when_its_items_are_changed():
    assert Slice([1, 2], "next").map(str) == Slice(["1", "2"], "next")
