"""How a daemon and consoles of other machines find each other on the local network (mDNS): a hint, never a proof.

Announced are a version, a random name that was made for this and the first eight bytes of the public key's hash; no
name of the shop, no number of phones. Whatever is heard is a claim of whoever says it: the pin of the key decides.
"""

import asyncio
import contextlib
import ipaddress
import re
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from zeroconf import Error as ZeroconfError
from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

SERVICE: Final = "_shopwarden._tcp.local."
VERSION: Final = "1"
MOST_FOUND: Final = 32
_RESOLVE_TIMEOUT_MS: Final = 2000
_INSTANCE: Final = re.compile(r"[0-9a-f]{16}")
_PIN: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopAdvert:
    """What is announced."""

    instance: str
    """16 hexadecimal digits, random."""
    pin_start: str
    """The first 8 bytes of the public key's SHA-256, in hexadecimal."""
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSighting:
    """What somebody announced."""

    instance: str
    pin_start: str
    address: str
    """IPv4 of a local network."""
    port: int


@contextlib.asynccontextmanager
async def advertised(advert: ShopAdvert, addresses: Sequence[str]) -> AsyncIterator[None]:
    """Announced inside the block, on the interfaces of `addresses` (IPv4). OSError: multicast is not possible here."""
    try:
        mdns = AsyncZeroconf(ip_version=IPVersion.V4Only, interfaces=list(addresses))
    except ZeroconfError as error:
        raise OSError("mDNS") from error
    try:
        info = AsyncServiceInfo(
            SERVICE,
            f"{advert.instance}.{SERVICE}",
            addresses=[socket.inet_aton(address) for address in addresses],
            port=advert.port,
            properties={"v": VERSION, "id": advert.instance, "pk": advert.pin_start},
            server=f"{advert.instance}.local.",
        )
        try:
            await mdns.async_register_service(info)
        except ZeroconfError as error:
            raise OSError("mDNS") from error
        yield
    finally:
        with contextlib.suppress(OSError, ZeroconfError):
            await mdns.async_unregister_all_services()
        await mdns.async_close()


async def find_shops(seconds: float, interfaces: Sequence[str] | None = None) -> tuple[ShopSighting, ...]:
    """What is announced within `seconds`, one entry for each name and address. OSError: no multicast here."""
    found: dict[tuple[str, str, int], ShopSighting] = {}
    resolving: set[asyncio.Task[None]] = set()

    async def resolve(zeroconf: Zeroconf, name: str) -> None:
        info = AsyncServiceInfo(SERVICE, name)
        with contextlib.suppress(OSError, ZeroconfError):
            if await info.async_request(zeroconf, _RESOLVE_TIMEOUT_MS):
                addresses = info.parsed_addresses(IPVersion.V4Only)
                for seen in read_sighting(info.properties, addresses, info.port):
                    if len(found) < MOST_FOUND:
                        found[seen.instance, seen.address, seen.port] = seen

    def changed(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is not ServiceStateChange.Removed and len(resolving) < MOST_FOUND:
            task = asyncio.get_running_loop().create_task(resolve(zeroconf, name))
            resolving.add(task)
            task.add_done_callback(resolving.discard)

    mdns = (
        AsyncZeroconf(ip_version=IPVersion.V4Only)
        if interfaces is None
        else AsyncZeroconf(ip_version=IPVersion.V4Only, interfaces=list(interfaces))
    )
    try:
        browser = AsyncServiceBrowser(mdns.zeroconf, [SERVICE], handlers=[changed])
        await asyncio.sleep(seconds)
        await browser.async_cancel()
    finally:
        tasks = tuple(resolving)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await mdns.async_close()
    return tuple(found.values())


def read_sighting(
    properties: Mapping[bytes, bytes | None], addresses: Sequence[str], port: int | None
) -> tuple[ShopSighting, ...]:
    """What an announcement says, one for each usable address. Total on any input.

    Only addresses of local networks are usable: an announcement must not make us connect to the outside.
    """
    version, instance, pin = (
        (properties.get(key) or b"").decode("ascii", "replace")[:64] for key in (b"v", b"id", b"pk")
    )
    is_ours = version == VERSION and _INSTANCE.fullmatch(instance) and _PIN.fullmatch(pin)
    if not is_ours or port is None or not 0 < port < 65535:
        return ()
    return tuple(
        ShopSighting(instance=instance, pin_start=pin, address=address, port=port)
        for address in addresses[:8]
        if _is_local(address)
    )


def _is_local(address: str) -> bool:
    try:
        parsed = ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return not (parsed.is_multicast or parsed.is_unspecified or parsed.is_global or parsed.is_reserved)
