import socket
import time

import pytest
from django.utils.translation import override

from conversations.adapters.targets import find_target, is_public
from conversations.exceptions import ChannelUnusable, DeliveryDeferred


def found(*addresses):
    """A resolver that gives these addresses for every name."""

    def resolve(host, port, **_):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses
        ]

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1",
        "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "::8.8.8.8",
        "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
        "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
        "fe80::1%eth0", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_what_is_not_everybodys_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.215.14",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ],
)
def test_what_is_everybodys_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "//example.org/x", "ftp://example.org/", "file:///etc/passwd",
        "gopher://example.org/", "https://", "https:///x", "https://user@example.org/",
        "https://user:word@example.org/", "https://example.org:99999/",
        "https://example.org:x/", "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "https://example.org\\@evil.example/", "https://[::1", "https://..",
        "http://example.org/", "http://example.org:443/", "https://example.org:8443/",
        "https://example.org:22/", "https://127.0.0.1/", "https://2130706433/",
        "https://0x7f.1/", "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/x",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_called_makes_the_channel_unusable(url, monkeypatch):
    if "example" in url:
        monkeypatch.setattr(socket, "getaddrinfo", found("8.8.8.8"))

    with pytest.raises(ChannelUnusable):
        find_target(url, allowed_hosts=["allowed.example"], timeout=2)


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", found("8.8.8.8", "10.0.0.1"))

    with pytest.raises(ChannelUnusable, match="not on the public internet"):
        find_target("https://example.org/", allowed_hosts=[], timeout=2)


def test_a_public_address_is_resolved_once_and_kept(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", found("8.8.8.8", "8.8.8.8", "8.8.4.4"))

    target = find_target(
        "https://Exämple.org/a b?q=ü#part".replace(" ", "%20"),
        allowed_hosts=[],
        timeout=2,
    )

    assert target.addresses == ("8.8.8.8", "8.8.4.4")
    assert target.host_header == "xn--exmple-cua.org"
    assert target.path == "/a%20b?q=%C3%BC"


def test_a_host_that_is_named_may_lie_inside_on_any_port_in_plain_http():
    target = find_target(
        "http://LOCALHOST:8123", allowed_hosts=["Localhost"], timeout=2
    )

    assert (target.scheme, target.port, target.path) == ("http", 8123, "/")
    assert target.host_header == "localhost:8123"


def test_naming_one_host_opens_no_other():
    with pytest.raises(ChannelUnusable):
        find_target("http://127.0.0.1/", allowed_hosts=["localhost"], timeout=2)


def test_a_name_that_does_not_resolve_is_for_later(monkeypatch):
    def fail(*_, **__):
        raise socket.gaierror(socket.EAI_AGAIN, "again")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(DeliveryDeferred):
        find_target("https://example.org/", allowed_hosts=[], timeout=2)


def test_a_resolver_that_does_not_answer_is_left_behind(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1) or [])
    start = time.monotonic()

    with pytest.raises(DeliveryDeferred):
        find_target("https://example.org/", allowed_hosts=[], timeout=0.1)

    assert time.monotonic() - start < 0.9


def test_what_may_not_be_called_is_told_in_the_language_of_who_asks():
    with override("nl"), pytest.raises(ChannelUnusable, match="openbare internet"):
        find_target("https://127.0.0.2/x", allowed_hosts=[], timeout=1)
