"""What every service's migrations have to keep, tried on each."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from deploy.local.servers import Servers
from services.agreements import app as agreements
from services.assessment import app as assessment
from services.assessment.settings import Settings as AssessmentSettings
from services.catalogue import app as catalogue
from services.catalogue.settings import Settings as CatalogueSettings
from services.notifications import app as notifications
from services.recognition import app as recognition
from services.recognition.settings import Settings as RecognitionSettings
from shared.db import SYSTEM
from shared.migrations import current, migrate, newest
from shared.service import Running, Service
from shared.settings import ServiceSettings
from tests.support.learners import SettingsWithKey as AgreementsSettings
from tests.support.notifications import SettingsWithKey as NotificationsSettings
from tests.support.running import running_service

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

SERVICES: dict[str, tuple[Callable[[Any], Service], type[ServiceSettings]]] = {
    "catalogue": (catalogue.service, CatalogueSettings),
    "agreements": (agreements.service, AgreementsSettings),
    "assessment": (assessment.service, AssessmentSettings),
    "recognition": (recognition.service, RecognitionSettings),
    "notifications": (notifications.service, NotificationsSettings),
}
OWNED = sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=SERVICES)
async def migrated(request: pytest.FixtureRequest, infrastructure: Servers) -> AsyncIterator[Running]:
    compose, settings_type = SERVICES[request.param]
    async with running_service(compose, settings_type, infrastructure.database_url) as running:
        yield running


async def test_migrations_make_the_tables_that_the_service_uses(migrated: Running):
    owner_url = migrated.settings.owner_database_url
    assert owner_url
    engine = sa.create_engine(sa.make_url(owner_url.get_secret_value()).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, migrated.service.tables)
    engine.dispose()
    assert differences == []


async def test_migrating_again_changes_nothing(migrated: Running):
    assert await migrate(migrated.service) == newest(migrated.service)
    async with migrated.database.transaction(SYSTEM) as tx:
        assert await current(tx) == newest(migrated.service)


async def test_the_application_owns_nothing(migrated: Running):
    async with migrated.database.transaction(SYSTEM) as tx:
        assert (await tx.execute(OWNED)).all() == []


async def test_the_application_may_read_every_table(migrated: Running):
    async with migrated.database.transaction(SYSTEM) as tx:
        for table in migrated.service.tables.sorted_tables:
            await tx.execute(sa.select(table).limit(1))
