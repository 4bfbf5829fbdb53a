from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.targets import check_url, is_public
from shared.problems import TargetNotAllowed

PRIVATE_V4 = [
    "0.0.0.0",  # noqa: S104 - an address like any other here
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
]
PRIVATE_V6 = [
    "::",
    "::1",
    "::127.0.0.1",
    "100::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "64:ff9b:1::8.8.8.8",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
V4 = st.sampled_from(PRIVATE_V4).map(IPv4Address)


@pytest.mark.parametrize("address", [*PRIVATE_V4, *PRIVATE_V6])
def test_an_address_that_is_not_public_unicast_is_refused(address: str):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "193.0.6.139", "2a00:1450:4001::64", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"],
)
def test_a_public_address_is_allowed(address: str):
    assert is_public(ip_address(address))


@given(V4, st.integers(0, 2**80 - 1))
def test_no_private_address_gets_through_inside_another(inner: IPv4Address, rest: int):
    number = int(inner)
    mapped = 0xFFFF << 32 | number
    nat64 = int(IPv6Address("64:ff9b::")) | number
    six_to_four = 0x2002 << 112 | number << 80 | rest
    teredo = 0x20010000 << 96 | 0x08080808 << 64 | (number ^ 0xFFFFFFFF)
    for wrapped in (mapped, nat64, six_to_four, teredo):
        assert not is_public(IPv6Address(wrapped))


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.school.example/acquis",
        "https://hooks.school.example:443/acquis?key=1",
        "https://HOOKS.school.example:8443/",
        "https://xn--cole-9oa.example/",
        "https://8.8.8.8/",
        "https://[2a00:1450:4001::64]/",
    ],
)
def test_https_to_a_public_host_is_allowed(url: str):
    check_url(url, frozenset())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.school.example",
        "http://hooks.school.example/",
        "ftp://hooks.school.example/",
        "file:///etc/passwd",
        "https:///path",
        "https://",
        "https://user:password@hooks.school.example/",
        "https://hooks.school.example@127.0.0.1/",
        "https://hooks.school.example\\@127.0.0.1/",
        "https://hooks.school.example/#there",
        "https://hooks.school.example:22/",
        "https://hooks.school.example:0/",
        "https://hooks.school.example:99999/",
        "https://hooks.school.example:port/",
        "https://hooks.school.example./",
        "https://hooks..example/",
        "https://-hooks.school.example/",
        "https://localhost/",
        "https://localhost./",
        "https://127.0.0.1./",
        "https://0177.0.0.1/",
        "https://127.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:ffff:7f00:0001]/",
        "https://[::ffff:0:127.0.0.1]/",
        "https://[::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2001:0:808:808:0:0:80ff:fffe]/",
        "https://hooks.school.example:443@127.0.0.1/",
        "https://%31%32%37.0.0.1/",
        "https://hooks.school.example:8080/",
        "https://hooks.school.example:8443:80/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://017700000001/",
        "https://127.0.0.0x1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://\u0967\u0968\u096d.0.0.1/",
        "https://hooks\u3002school.example/",
        "https://hooks.school.example/a b",
        "https://hooks.school.example/\r\nHost: other",
        "https://hooks.school.example/" + "a" * 2_000,
    ],
)
def test_any_other_address_is_refused(url: str):
    with pytest.raises(TargetNotAllowed):
        check_url(url, frozenset())


def test_the_settings_may_allow_one_port_of_one_host_by_http():
    allowed = frozenset({"127.0.0.1:9000"})
    check_url("http://127.0.0.1:9000/hook", allowed)
    for url in ("http://127.0.0.1:9001/", "http://127.0.0.2:9000/", "http://127.0.0.1/", "ftp://127.0.0.1:9000/"):
        with pytest.raises(TargetNotAllowed):
            check_url(url, allowed)


@given(st.text() | st.text().map("https://{}".format) | st.from_regex(r"https?://[\w.:@\[\]%-]+/?"))
def test_whatever_is_sent_is_answered_by_yes_or_no(url: str):
    try:
        check_url(url, frozenset())
    except TargetNotAllowed:
        return
    assert url.lower().startswith("https://")
