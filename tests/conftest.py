from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.infrastructure", "tests.support.delivery"]

settings.register_profile("acquis", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("acquis")  # a busy machine is not a failure
