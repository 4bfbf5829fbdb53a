import pytest

from tests.support.notes import Notes

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest.fixture
def operations(notes: Notes):
    document = notes.app.openapi()
    return {one["operationId"]: one for methods in document["paths"].values() for one in methods.values()}


async def test_operations_are_named_after_their_functions(operations):
    assert {"create_note", "list_notes", "get_note", "approve_note"} <= set(operations)
    assert operations["create_note"]["tags"] == ["notes"]


async def test_roles_are_part_of_the_documentation(operations):
    assert operations["approve_note"]["security"] == [{"accessToken": ["signatory"]}]
    assert operations["get_note"]["security"] == [{"accessToken": []}]
    assert "security" not in operations["count_public_notes"]


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("create_note", {"201", "400", "401", "403", "408", "409", "413", "415", "422", "429", "500", "503"}),
        ("list_notes", {"200", "401", "403", "422", "429", "500", "503"}),
        ("get_note", {"200", "304", "401", "403", "404", "422", "429", "500", "503"}),
        ("count_public_notes", {"200", "422", "429", "500", "503"}),
        (
            "approve_note",
            {"200", "400", "401", "403", "404", "408", "409", "412", "413", "422", "428", "429", "500", "503"},
        ),
    ],
)
async def test_every_answer_is_declared(operations, operation: str, statuses: set[str]):
    responses = operations[operation]["responses"]
    assert set(responses) == statuses
    for status in statuses - {"200", "201", "304"}:
        assert set(responses[status]["content"]) == {"application/problem+json"}


async def test_needed_headers_are_declared_as_needed(operations):
    headers = {one["name"]: one for one in operations["approve_note"]["parameters"] if one["in"] == "header"}
    assert headers["If-Match"]["required"]
    assert headers["If-Match"]["schema"]["type"] == "string"
    headers = {one["name"]: one for one in operations["create_note"]["parameters"] if one["in"] == "header"}
    assert headers["Idempotency-Key"]["required"]


async def test_the_document_is_the_same_at_every_request(notes: Notes):
    first, second = await notes.http.get("/openapi.json"), await notes.http.get("/openapi.json")
    assert first.content == second.content
    assert "HTTPValidationError" not in first.text
