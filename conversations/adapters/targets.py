"""Where a call of ours may go: the address is somebody else's choice, so it is guarded.

A name is resolved once, every answer has to lie on the public internet, and the
caller connects to the very addresses that were checked. A second look-up could
answer differently (DNS rebinding).
"""

import ipaddress
import socket
from collections.abc import Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from threading import Thread
from urllib.parse import SplitResult, quote, urlsplit

from django.utils.translation import gettext as _

from conversations.exceptions import ChannelUnusable, DeliveryDeferred

PORTS = {"https": 443, "http": 80}

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Not for everyone to reach, whatever the running Python's own tables say.
_NEVER = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "100.64.0.0/10",  # carrier-grade NAT, and one cloud's metadata
        "168.63.129.16/32",  # one cloud's host agent, inside public space
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarking
        "240.0.0.0/4",  # reserved, and broadcast
        "::/96",  # IPv4-compatible, retired
        "64:ff9b:1::/48",  # local NAT64
        "100::/64",  # discard
        "2001::/23",  # protocol assignments, Teredo among them
        "2002::/16",  # 6to4: carries any IPv4 address
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local, retired
    )
]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """A checked destination: connect to one of `addresses`, ask for `path`."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if PORTS[self.scheme] == self.port else f"{host}:{self.port}"


def find_target(url: str, *, allowed_hosts: Iterable[str], timeout: float) -> Target:
    """The destination of `url`, resolved within `timeout` seconds.

    Hosts in `allowed_hosts` may lie inside, speak plain HTTP and use any port. Raises
    ChannelUnusable for an address that may not be called, DeliveryDeferred when the
    name cannot be resolved now.
    """
    parts = _parts(url)
    host, port = _host(parts), _port(parts)
    allowed = host in {name.lower() for name in allowed_hosts}
    if not allowed and (parts.scheme != "https" or port not in PORTS.values()):
        raise ChannelUnusable(
            _("The callback address has to start with https:// and use port 443.")
        )
    addresses = _resolve(host, port, timeout)
    if not allowed and not all(map(is_public, addresses)):
        raise ChannelUnusable(
            _(
                "The callback host %(host)s is not on the public internet. An internal "
                "host has to be named in OUTGOING_ALLOWED_HOSTS."
            )
            % {"host": host}
        )
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else ""
    return Target(parts.scheme, host, port, path + query, addresses)


def is_public(address: str) -> bool:
    """Whether everybody on the internet means the same machine by this address."""
    ip = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if ip.is_multicast or ip.is_reserved or not ip.is_global:
        return False
    return not any(ip in network for network in _NEVER)


def _unwrapped(ip: _Address) -> _Address:
    """The IPv4 address an IPv6 one stands for, where a gateway would go there."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip in _NAT64:
            return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _malformed() from error
    plain = url.isprintable() and " " not in url and "\\" not in url
    if not plain or parts.scheme not in PORTS or "@" in parts.netloc:
        raise _malformed()
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").removesuffix(".")
    if not host:
        raise _malformed()
    try:
        return host if ":" in host else host.encode("idna").decode().lower()
    except UnicodeError as error:
        raise _malformed() from error


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise _malformed() from error


def _malformed() -> ChannelUnusable:
    return ChannelUnusable(_("The callback address is not a plain web address."))


def _resolve(host: str, port: int, timeout: float) -> tuple[str, ...]:
    """All addresses of `host`. The system's resolver knows no deadline, so it runs
    beside us and is left behind when it takes too long."""
    answer: Future[tuple[str, ...]] = Future()
    Thread(target=_ask_resolver, args=(host, port, answer), daemon=True).start()
    try:
        return answer.result(timeout)
    except (OSError, UnicodeError, FutureTimeout) as error:
        raise DeliveryDeferred(
            _("The name %(host)s could not be resolved.") % {"host": host}
        ) from error


def _ask_resolver(host: str, port: int, answer: Future[tuple[str, ...]]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        answer.set_exception(error)
    else:
        answer.set_result(tuple(dict.fromkeys(str(entry[4][0]) for entry in found)))
