from importlib import import_module

import pytest
from cryptography.fernet import Fernet

from deploy.routes import ROUTES, SERVICES, service_of
from shared.service import Service


def built(name: str) -> Service:
    settings = import_module(f"services.{name}.settings").Settings
    needed = {"secret_key": Fernet.generate_key().decode()} if "secret_key" in settings.model_fields else {}
    service: Service = import_module(f"services.{name}.app").service(
        settings(database_url="postgresql://x/y", **needed)
    )
    return service


@pytest.mark.parametrize("name", SERVICES)
def test_every_path_of_a_service_leads_to_it(name):
    paths = {route.path for router in built(name).routers for route in router.routes}
    assert paths
    assert {service_of(path) for path in paths} == {name}


@pytest.mark.parametrize("name", SERVICES)
def test_no_resource_is_routed_to_a_service_that_does_not_have_it(name):
    paths = {route.path for router in built(name).routers for route in router.routes}
    assert {path.split("/")[2] for path in paths} == set(ROUTES[name])


def test_an_unknown_resource_has_no_service():
    assert service_of("/v1/nothing/at/all") is None
