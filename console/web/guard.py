"""Which requests come from our own page at our own address, and which headers every answer bears.

A page of somebody else can make a browser send requests to this machine: it cannot give them our Origin, and it can
get our Host only under a name that we do not answer to.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """For one listener. `public` is the address that a proxy in front is reached at, None without one."""

    port: int
    public: str | None = None

    @property
    def origins(self) -> frozenset[str]:
        """The pages that may ask us for anything."""
        own = {f"http://{name}:{self.port}" for name in LOOPBACK_NAMES}
        if self.port == 80:
            own |= {f"http://{name}" for name in LOOPBACK_NAMES}
        return frozenset(own if self.public is None else own | {self.public})

    @property
    def hosts(self) -> frozenset[str]:
        """The names that we answer to."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach us encrypted, so that the cookie must never travel in the open."""
        return self.public is not None and self.public.startswith("https://")

    def is_host_ours(self, host: str | None) -> bool:
        """Of any request."""
        return host is not None and host.lower() in self.hosts

    def is_origin_ours(self, origin: str | None) -> bool:
        """Of a request that changes something or opens the socket: it must say where it comes from."""
        return origin is not None and origin.lower() in self.origins


def public_origin(url: str) -> str | None:
    """`https://name[:port]` of a public address; None when it is not one, or has a path."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        return None
    if parts.path not in {"", "/"}:
        return None
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    standard = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{name}" if port in {None, standard} else f"{parts.scheme}://{name}:{port}"


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach it."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


HEADERS: Final[Mapping[str, str]] = {
    # xterm.js writes its own style elements; scripts come from files of ours only.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self';"
        " img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # With `no-referrer` browsers send our own form with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
