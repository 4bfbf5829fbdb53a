import jsonschema_rs
import pytest

from deploy.local import documents
from deploy.routes import service_of
from shared.auth import ROLES
from tests.support.operations import CHANGES, DOCUMENT, OPERATIONS, Operation

each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
EVERYWHERE, WITH_A_TOKEN = {429, 500, 503}, {401, 403}


def test_the_committed_documents_say_what_the_code_does():
    assert documents.differing() == [], "run make contracts"


def test_operations_of_all_services_have_names_of_their_own():
    names = [str(operation) for operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(names)


@each_operation
def test_every_operation_says_what_it_is_for_and_who_may(operation: Operation):
    assert operation.described["summary"]
    assert operation.described["tags"]
    assert operation.roles <= ROLES
    assert service_of(operation.path) == operation.service


@each_operation
def test_every_operation_announces_the_problems_it_may_answer_with(operation: Operation):
    assert operation.statuses >= EVERYWHERE | (set() if operation.is_public else WITH_A_TOKEN)
    for status, answer in operation.described["responses"].items():
        if int(status) >= 400:
            problem = answer["content"]["application/problem+json"]
            assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert answer["description"]


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if "requestBody" in one.described], ids=str)
def test_every_body_has_examples_and_they_are_right(operation: Operation):
    document, reference = DOCUMENT[operation.service], operation.body_schema
    schema = jsonschema_rs.validator_for(
        {"$ref": reference, "components": document["components"]}, validate_formats=True
    )
    assert operation.examples
    for example in operation.examples:
        schema.validate(example)


@pytest.mark.parametrize("operation", CHANGES, ids=str)
def test_every_header_that_a_change_needs_has_an_example_too(operation: Operation):
    """For a transition that takes no body, they are all that there is to show."""
    parameters = operation.described.get("parameters", ())
    needed = [one for one in parameters if one["in"] == "header" and one["required"]]
    assert all(one["schema"]["examples"] for one in needed)


WRITES_NOTHING = {"preview_revocation", "simulate"}


@pytest.mark.parametrize(
    "operation", [one for one in CHANGES if one.described["operationId"] not in WRITES_NOTHING], ids=str
)
def test_every_change_can_be_retried_or_says_which_version_it_means(operation: Operation):
    needed = {one["name"] for one in operation.described["parameters"] if one["in"] == "header" and one["required"]}
    assert needed >= ({"Idempotency-Key"} if operation.method == "post" else {"If-Match"})


@pytest.mark.parametrize("service", DOCUMENT)
def test_no_decimal_travels_as_a_binary_number(service: str):
    assert '"type": "number"' not in (documents.OPENAPI / f"{service}.json").read_text()
