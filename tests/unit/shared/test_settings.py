import pytest
from pydantic import ValidationError

from shared.settings import PlatformSettings


@pytest.mark.parametrize("proxies", ["*", "proxy.example", "10.0.0.1/8"])
def test_a_proxy_that_is_believed_has_an_address(proxies: str):
    with pytest.raises(ValidationError):
        PlatformSettings(trusted_proxies=proxies)


@pytest.mark.parametrize("proxies", ["", "10.0.0.1", "10.0.0.0/8, 2001:db8::/32"])
def test_proxies_are_addresses_or_networks(proxies: str):
    assert PlatformSettings(trusted_proxies=proxies).trusted_proxies == proxies


def test_what_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ACQUIS_OTLP_ENDPOINT", "")
    assert PlatformSettings().otlp_endpoint is None
