from collections.abc import Iterator

import pytest

from deploy.local.launcher import remove
from deploy.local.settings import LocalSettings


@pytest.fixture(scope="package")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSettings]:
    """A home of these tests' own, which shares only the jars with the everyday one."""
    everyday = LocalSettings()
    own = LocalSettings(
        home=tmp_path_factory.mktemp("local") / "home",
        jars=everyday.jars or everyday.home / "jars",
        database_url=None,
        kafka_bootstrap=None,
        postgres_port=None,
        kafka_port=None,
        kafka_advertised_port=None,
    )
    yield own
    remove(own.home)
