"""Connections by aiohttp under httpx's interface, never into a private network except by connect_to."""

import datetime as dt
import errno
import ipaddress
import socket
import ssl
from typing import Any, NamedTuple, cast

import aiohttp
from httpx_aiohttp import AiohttpTransport
from yarl import URL

from pipeline.core.settings import Source

_LONGEST_NAME = 100
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class PrivateAddressError(OSError):
    """An address leads into a private network."""


class Certificate(NamedTuple):
    """The certificate of a site: its subject, its issuer and its last day."""

    subject: str
    issuer: str
    valid_until: dt.datetime


class Transport(AiohttpTransport):
    """aiohttp's connections under httpx's interface, because httpx's own pool takes quadratic time at high concurrency.

    All of them go to the source's connect_to where it has one, and otherwise only to public addresses. certificate is
    that of the last TLS connection that was accepted.
    """

    certificate: Certificate | None = None

    def __init__(self, source: Source, connections: int) -> None:
        super().__init__()
        self._source, self._connections = source, connections
        self._session: aiohttp.ClientSession | None = None
        transport = self

        class Noticing(ssl.SSLObject):
            """A TLS connection whose certificate is kept: httpx and aiohttp show it only while a body arrives."""

            def do_handshake(self) -> None:
                super().do_handshake()
                transport.certificate = _certificate(self)

        self.ssl_context.sslobject_class = Noticing

    def get_client(self) -> aiohttp.ClientSession:
        if self._session is None:
            resolver = aiohttp.ThreadedResolver() if self._source.connect_to else _PublicResolver()
            connector = aiohttp.TCPConnector(
                resolver=resolver, limit=self._connections, ssl=self.ssl_context, ttl_dns_cache=300
            )
            # httpx keeps the cookies.
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return cast(aiohttp.ClientSession, _GuardedSession(self._session, self._source))

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


class _GuardedSession:
    """An aiohttp session that sends URLs as written: aiohttp would unquote the %2F of Yii's routes.

    It also checks addresses in the URL itself, which the resolver never sees: aiohttp resolves only names.
    """

    def __init__(self, session: aiohttp.ClientSession, source: Source) -> None:
        self._session, self._connect_to = session, source.connect_to
        self._home = URL(source.base_url).host

    def request(self, *, url: str, **options: Any) -> Any:
        exact = URL(url, encoded=True)
        host = exact.host or ""
        if is_private(host) and not (self._connect_to and host == self._home):
            raise _private(host, host)
        if self._connect_to is not None:
            there, _, port = self._connect_to.rpartition(":")
            exact = exact.with_host(there.strip("[]")).with_port(int(port))
            # The certificate must still be that of the site.
            options["server_hostname"] = host
        return self._session.request(url=exact, **options)


class _PublicResolver(aiohttp.ThreadedResolver):
    """Resolves names to public addresses only."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        found = await super().resolve(host, port, family)
        for result in found:
            if is_private(result["host"]):
                raise _private(host, result["host"])
        return found


def _certificate(connection: ssl.SSLObject) -> Certificate | None:
    said: Any = connection.getpeercert()
    if not said or "notAfter" not in said:
        return None
    until = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(said["notAfter"]), dt.UTC)
    return Certificate(_name(said.get("subject", ())), _name(said.get("issuer", ())), until)


def _name(parts: Any) -> str:
    """The common name and the organisation of a distinguished name."""
    found = {str(kind): str(text) for part in parts for kind, text in part}
    named = [found[kind] for kind in ("commonName", "organizationName") if kind in found]
    return ", ".join(named)[:_LONGEST_NAME] or "no name"


def is_private(host: str) -> bool:
    """Whether this is an IP address outside the public internet; False for a name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
        within = address.ipv4_mapped or address.sixtofour or nat64
        return not (within or address).is_global
    return not address.is_global


def _private(host: str, address: str) -> PrivateAddressError:
    where = f"{host} leads to the private address {address}" if host != address else f"{host} is a private address"
    return PrivateAddressError(
        errno.EACCES, f"{where}: refused; where the source is in a private network, set its connect_to"
    )
