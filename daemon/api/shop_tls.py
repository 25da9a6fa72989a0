"""TLS to a shop of another machine: the console's certificate goes out, and only the pinned key is spoken to."""

import asyncio
import hmac
import socket
import ssl
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult

from .shops import RemoteShop
from .spki import spki_hash


class OtherKeyError(ssl.SSLError):
    """What answers has another key than the one that was joined."""


class _PinnedObject(ssl.SSLObject):
    """Refuses in the handshake, before a byte of a request goes out."""

    def do_handshake(self) -> None:
        super().do_handshake()
        certificate = self.getpeercert(binary_form=True)
        context = self.context
        if certificate is None or not isinstance(context, PinnedContext) or not context.is_meant(certificate):
            raise OtherKeyError("another key")


class PinnedContext(ssl.SSLContext):
    """For one shop. Raises OSError and ssl.SSLError for files that are missing or damaged."""

    _pin: bytes

    @classmethod
    def of(cls, shop: RemoteShop) -> "PinnedContext":
        """Version 1.3 only, no authority but the shop's."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
        context.load_verify_locations(cafile=str(shop.authority))
        context.load_cert_chain(str(shop.certificate), str(shop.key))
        context.sslobject_class = _PinnedObject
        context._pin = bytes.fromhex(shop.address.pin)
        return context

    def is_meant(self, certificate: bytes) -> bool:
        """Whether this is the certificate (DER) of the shop's own key."""
        try:
            return hmac.compare_digest(spki_hash(certificate), self._pin)
        except ValueError:
            return False


def name_of(shop: RemoteShop) -> str:
    """The name in the shop's certificate: of no network, so nobody's name service is asked for it."""
    return f"{shop.address.instance}.shopwarden.internal"


class ShopResolver(AbstractResolver):
    """Knows one name: that of the shop's certificate is at the shop's address."""

    def __init__(self, shop: RemoteShop) -> None:
        self._shop: Final = shop

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """OSError when the address is a name that nobody knows."""
        if host != name_of(self._shop):
            raise OSError("another name")
        found = await asyncio.get_running_loop().getaddrinfo(
            self._shop.address.host, port, type=socket.SOCK_STREAM, family=family
        )
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=kind, proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, protocol, _, address in found
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing is held."""
