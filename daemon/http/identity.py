"""Who is at the other end: the uid from the kernel, the language from the request."""

import socket
import struct
from typing import Protocol

from aiohttp import web

from ..api.texts import Language
from ..api.transport import LANGUAGE_HEADER
from ..service import Caller

_UCRED = struct.Struct("=iII")


class IdentifyCaller(Protocol):
    """Maps a uid to a caller with its role; None for somebody who has none here."""

    def __call__(self, uid: int, language: str) -> Caller | None: ...


class WebSessions(Protocol):
    """Who came by the web."""

    def caller(self, token: str, gate_uid: int, language: str) -> Caller | None:
        """None for a token that has ended, or that was given to another user than `gate_uid`."""

    def used(self, session_id: str) -> None:
        """Somebody did something."""

    def is_open(self, session_id: str) -> bool:
        """It has not ended."""


class Consoles(Protocol):
    """Who comes from another machine."""

    def caller(self, certificate: bytes, language: str) -> Caller:
        """Whose certificate (DER) it is. Raises ServiceError for one that may not come in any more."""

    def is_in_force(self, console_id: str) -> bool:
        """Its calls would be answered now."""


def peer_certificate(request: web.Request) -> bytes | None:
    """The client certificate (DER) that TLS has checked; None on the Unix socket."""
    transport = request.transport
    tls = None if transport is None else transport.get_extra_info("ssl_object")
    return None if tls is None else tls.getpeercert(binary_form=True)


def peer_uid(request: web.Request) -> int | None:
    """The uid that connected, as the kernel keeps it (SO_PEERCRED, unix(7)); None when the link is gone already."""
    transport = request.transport
    peer = None if transport is None else transport.get_extra_info("socket")
    if peer is None or peer.family != socket.AF_UNIX:
        return None
    try:
        _, uid, _ = _UCRED.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    except OSError:
        return None
    return int(uid)


def asked_language(request: web.Request, default: Language) -> Language:
    """`X-Shopwarden-Language`, else the best of `Accept-Language` that we speak, else `default`."""
    wish = request.headers.get(LANGUAGE_HEADER, "")
    if wish:
        return Language.ZH if wish.lower().startswith("zh") else Language.EN
    best, best_quality = default, 0.0
    for part in request.headers.get("Accept-Language", "")[:200].split(","):
        tag, _, parameters = part.strip().lower().partition(";")
        known = next((language for language in Language if tag.split("-")[0] == language.value), None)
        quality = _quality(parameters)
        if known is not None and quality > best_quality:
            best, best_quality = known, quality
    return best


def _quality(parameters: str) -> float:
    _, _, number = parameters.strip().partition("q=")
    try:
        return min(float(number), 1.0) if number else 1.0
    except ValueError:
        return 0.0
