"""A hand-over can't be led into networks that nobody allowed, whatever name or notation is used."""

from __future__ import annotations

import ipaddress
import os

import pytest

from madang.core.base.interface import read_settings
from madang.core.incidents.gateway.addresses import find_address, is_allowed
from madang.core.incidents.gateway.outcomes import Failed, Refused


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_private_and_odd_addresses_are_refused(address):
    assert not is_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address):
    assert is_allowed(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0x7f000001", "2130706433", "127.1", "[::1]"])
def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(host):
    with pytest.raises((Refused, Failed)):
        find_address(host, 80)


def test_a_setting_allows_a_network_and_the_demonstration_this_machine(settings):
    settings.MADANG = read_settings(os.environ | {"MADANG_HAND_OVER_NETWORKS": "10.20.0.0/16, 192.168.7.7"})
    assert is_allowed(ipaddress.ip_address("10.20.3.4"))
    assert is_allowed(ipaddress.ip_address("192.168.7.7"))
    assert not is_allowed(ipaddress.ip_address("10.21.0.1"))
    settings.MADANG = read_settings(os.environ | {"MADANG_DEMO": "yes"})
    assert find_address("127.0.0.1", 80) == "127.0.0.1"
    assert not is_allowed(ipaddress.ip_address("10.20.3.4"))


def test_a_name_that_leads_nowhere_fails_for_now():
    with pytest.raises(Failed):
        find_address("nobody.invalid", 80)
