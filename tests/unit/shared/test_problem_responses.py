from enum import StrEnum
from typing import Literal

import psycopg
import pytest
from fastapi.exceptions import RequestValidationError
from psycopg import errors
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from shared.problem_responses import problem_of


def from_postgresql(error: psycopg.Error) -> DBAPIError:
    return DBAPIError("SELECT secret", {}, error)


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (errors.SerializationFailure(), "unavailable"),
        (errors.DeadlockDetected(), "unavailable"),
        (errors.QueryCanceled(), "unavailable"),
        (errors.AdminShutdown(), "unavailable"),
        (errors.TooManyConnections(), "unavailable"),
        (errors.DiskFull(), "unavailable"),
        (errors.LockNotAvailable(), "unavailable"),
        (errors.ReadOnlySqlTransaction(), "unavailable"),
        (psycopg.OperationalError("server closed the connection unexpectedly"), "unavailable"),
        (errors.UniqueViolation(), "conflict"),
        (errors.ForeignKeyViolation(), "conflict"),
        (errors.ExclusionViolation(), "conflict"),
        (errors.CheckViolation(), "validation"),
        (errors.NumericValueOutOfRange(), "validation"),
        (errors.UntranslatableCharacter(), "validation"),
        (psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"), "validation"),
        (errors.InsufficientPrivilege(), "forbidden"),
        (errors.UndefinedTable(), "internal"),
        (errors.NotNullViolation(), "internal"),
        (psycopg.ProgrammingError("can't adapt type"), "internal"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_what_postgresql_says_becomes_what_the_caller_can_use(error: psycopg.Error, slug: str):
    assert problem_of(from_postgresql(error)).slug == slug


def test_what_may_be_sent_is_named_as_it_is_sent():
    class Colour(StrEnum):
        RED = "red"
        BLUE = "blue"

    with pytest.raises(ValidationError) as wrong:
        TypeAdapter(Literal[Colour.RED, Colour.BLUE]).validate_python("green")
    errors_ = [one | {"loc": ("body", "colour")} for one in wrong.value.errors()]
    [error] = problem_of(RequestValidationError(errors_, body={"colour": "green"})).members["errors"]
    assert (error["pointer"], error["detail"]) == ("/colour", "Input should be 'red' or 'blue'")


def test_a_pool_without_a_free_connection_is_no_bug():
    assert problem_of(PoolTimeoutError("QueuePool limit")).slug == "unavailable"


def test_a_bug_is_a_bug():
    problem = problem_of(KeyError("secret"))
    assert (problem.slug, problem.status) == ("internal", 500)
    assert "secret" not in str(problem.document("https://acquis.example/problems"))


@pytest.mark.parametrize(("status", "slug"), [(404, "not-found"), (405, "method-not-allowed"), (413, "too-large")])
def test_what_the_framework_refuses_is_a_problem_too(status: int, slug: str):
    problem = problem_of(HTTPException(status, headers={"Allow": "GET"}))
    assert (problem.slug, problem.headers) == (slug, {"Allow": "GET"})
