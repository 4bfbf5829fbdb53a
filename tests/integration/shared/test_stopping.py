from pathlib import Path

import pytest

from deploy.local.servers import Servers
from services.catalogue.app import service
from services.catalogue.settings import Settings
from shared.settings import PlatformSettings
from tests.support.processes import ServiceProcess
from tests.support.running import running_service

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest.mark.parametrize("verb", ["api", "relay", "work"])
async def test_a_process_that_is_told_to_stop_lets_its_loops_end_first(
    infrastructure: Servers, platform: PlatformSettings, tmp_path: Path, verb: str
):
    async with running_service(service, Settings, infrastructure.database_url) as migrated:
        environment = {
            "CATALOGUE_DATABASE_URL": migrated.database.url,
            "ACQUIS_KAFKA_BOOTSTRAP": platform.kafka_bootstrap,
            "ACQUIS_KAFKA_PREFIX": platform.kafka_prefix,
        }
        process = ServiceProcess("catalogue", verb, environment, tmp_path / "log")
        await process.start()
        assert await process.stop() == 0
