import pytest
import structlog
from hypothesis import HealthCheck, settings
from structlog.dev import ConsoleRenderer, plain_traceback

from shared.garbage import collect_rarely

collect_rarely()

pytest_plugins = ["tests.support.infrastructure", "tests.support.delivery"]

settings.register_profile("acquis", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("acquis")  # a busy machine is not a failure

# Without this each logged exception is laid out with the values of all its variables, which takes seconds.
structlog.configure(
    processors=[structlog.contextvars.merge_contextvars, ConsoleRenderer(exception_formatter=plain_traceback)]
)


@pytest.hookimpl(tryfirst=True)  # before xdist reads which group each belongs to
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes, one file's stay together, or those that say which they belong to."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))
