"""When a process may begin: `shared.migrations.lacks`."""

import pytest

from deploy.local.documents import unopened
from deploy.routes import SERVICES
from shared import migrations


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_begins_on_its_own_schema_and_on_a_later_versions(name):
    service = unopened(name)
    assert not migrations.lacks(service, migrations.newest(service))
    assert not migrations.lacks(service, "9999")


@pytest.mark.parametrize("revision", [None, "0001"])
def test_a_service_waits_for_a_migration_that_has_not_run(revision):
    assert migrations.lacks(unopened("catalogue"), revision)
