import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.problems import MalformedJson
from shared.strict_json import DEEPEST, parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_every_json_program_understands_is_understood(value):
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary())
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"1" * 10_000)
@example(b"-" + b"1" * 20)
@example('{"a": "é"}'.encode("utf-16"))
def test_bytes_are_json_or_malformed_and_nothing_else(body: bytes):
    try:
        parse(body)
    except MalformedJson as problem:
        assert problem.detail  # noqa: PT017 - not raising is right too


def test_nesting_has_a_limit():
    deepest = b"[" * DEEPEST + b"]" * DEEPEST
    assert parse(deepest)
    with pytest.raises(MalformedJson, match="nested"):
        parse(b"[" + deepest + b"]")


def test_a_pair_of_surrogates_is_a_character():
    assert parse(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"
