"""Every change goes through a transaction that leaves an entry in the audit log."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from deploy.local.documents import unopened
from deploy.routes import SERVICES
from shared import audit_log, web
from shared.process import application
from shared.service import Running

NOTING = {web._transaction, web._public_transaction}  # noqa: SLF001 - what `Transaction` and `PublicTransaction` are
CHANGE_NOTHING = {"simulate", "preview_revocation", "sign_in", "sign_out"}


def dependencies(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    for one in dependant.dependencies:
        yield one.call
        yield from dependencies(one)


@pytest.mark.parametrize("service", SERVICES)
def test_every_change_leaves_an_entry(service: str):
    routes = [
        context.original_route for context in iter_route_contexts(application(Running(unopened(service)), {}).routes)
    ]
    changes = [
        one for one in routes if isinstance(one, APIRoute) and not audit_log.CHANGES.isdisjoint(one.methods or ())
    ]
    unnoted = {one.name for one in changes if NOTING.isdisjoint(dependencies(one.dependant))}
    assert unnoted <= CHANGE_NOTHING
    assert len(changes) > len(unnoted)
