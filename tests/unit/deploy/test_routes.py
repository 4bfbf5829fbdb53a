import pytest

from deploy.local.documents import openapi
from deploy.routes import ROUTES, SERVICES, service_of


def paths_of(name: str) -> set[str]:
    return {path for path in openapi(name)["paths"] if path.startswith("/v1/")}


@pytest.mark.parametrize("name", SERVICES)
def test_every_path_of_a_service_leads_to_it(name):
    assert {service_of(path) for path in paths_of(name)} == {name}


@pytest.mark.parametrize("name", SERVICES)
def test_no_resource_is_routed_to_a_service_that_does_not_have_it(name):
    assert {path.split("/")[2] for path in paths_of(name)} == set(ROUTES[name])


def test_an_unknown_resource_has_no_service():
    assert service_of("/v1/nothing/at/all") is None
