import pytest
from fastapi import Response

from shared.entity_tags import created, is_current, set_etag, version_of


@pytest.mark.parametrize("version", [1, 12, 999_999_999])
def test_the_etag_of_a_version_names_that_version(version: int):
    response = Response()
    set_etag(response, version)
    assert version_of(response.headers["etag"]) == version
    assert version_of("W/" + response.headers["etag"]) == version


def test_what_was_created_says_where_and_which():
    response = Response()
    created(response, "/v1/notes/7", 1)
    assert (response.headers["location"], response.headers["etag"]) == ("/v1/notes/7", '"1"')


@pytest.mark.parametrize(
    ("known", "current"),
    [('"3"', True), ('W/"3"', True), ('"2", "3"', True), ("*", True), ('"2"', False), ("3", False), ("", False)],
)
def test_who_knows_the_version_is_up_to_date(known: str, current: bool):  # noqa: FBT001 - a column of the table above
    assert is_current('"3"', known) is current
