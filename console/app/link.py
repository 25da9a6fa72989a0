"""Follows the daemon: the live stream into the shop, and the lists whenever the stream cannot tell everything."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Final

from daemon.api.errors import ApiClientError, ApiRefusedError, ApiTimeoutError
from daemon.api.links import LinkOffline, LinkOnline, LinkRefused
from daemon.api.wire import AlertStatus, StreamItem, StreamKind

from .client_port import ConsoleClient
from .shop import Part, Shop

OPEN_ALERTS_LOADED: Final = 1000
LATEST_LOADED: Final = 200
LOAD_TRIES: Final = 3


class Link:
    """One per app. Callbacks run on the app's loop: `changed` with what to repaint, `arrived` with each live item."""

    def __init__(
        self,
        client: ConsoleClient,
        shop: Shop,
        *,
        changed: Callable[[Part], None],
        arrived: Callable[[StreamItem], None],
        reloaded: Callable[[], None],
    ) -> None:
        self._client = client
        self._shop = shop
        self._changed = changed
        self._arrived = arrived
        self._reloaded = reloaded
        self._position: int | None = None
        self._again = asyncio.Event()
        self.retry_at: float | None = None
        """When the next try is due, on the loop's clock; None while online."""

    def try_now(self) -> None:
        """Do not wait for the next try."""
        if self.retry_at is not None:
            self._again.set()

    async def follow(self) -> None:
        """Run until cancelled."""
        while True:
            self._again.clear()
            following = asyncio.create_task(self._follow_once())
            waiting = asyncio.create_task(self._again.wait())
            try:
                done, _ = await asyncio.wait({following, waiting}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                following.cancel()
                waiting.cancel()
                await asyncio.gather(following, waiting, return_exceptions=True)
            if following in done:
                following.result()

    async def _follow_once(self) -> None:
        loop = asyncio.get_running_loop()
        async with aclosing(self._client.stream_forever(self._position)) as stream:  # type: ignore[type-var]
            async for item in stream:
                match item:
                    case LinkOnline():
                        self._shop.link = item
                        self.retry_at = None
                        self._changed(Part.EVERYTHING)
                    case LinkOffline(retry_in_s=wait) | LinkRefused(retry_in_s=wait):
                        self._shop.link = item
                        self.retry_at = loop.time() + wait
                        self._changed(Part.EVERYTHING)
                    case StreamItem():
                        await self._take(item)

    async def _take(self, item: StreamItem) -> None:
        self._changed(self._shop.apply(item))
        if item.ledger_index is not None:
            self._position = max(item.ledger_index, self._position or 0)
        if item.hello is not None and self._position is None:
            self._position = item.hello.ledger_size - 1
        if item.kind in {StreamKind.HELLO, StreamKind.RESET}:
            await self._load_lists()
            if item.kind is StreamKind.RESET:
                self._reloaded()
        else:
            self._arrived(item)

    async def _load_lists(self) -> None:
        """Each list by itself: a role that may not read one still sees the others."""
        shop, client = self._shop, self._client

        async def alerts() -> Part:
            open_ones = await client.alerts(status=AlertStatus.OPEN, limit=OPEN_ALERTS_LOADED)
            latest = await client.alerts(limit=LATEST_LOADED)
            shop.is_alert_count_exact = len(open_ones) < OPEN_ALERTS_LOADED
            return shop.put_alerts((*open_ones, *latest))

        async def devices() -> Part:
            return shop.put_devices(await client.devices())

        async def commands() -> Part:
            return shop.put_commands(await client.commands(limit=LATEST_LOADED))

        async def health() -> Part:
            return shop.put_health(await client.health())

        for part, load in (
            (Part.DEVICES, devices), (Part.ALERTS, alerts), (Part.COMMANDS, commands), (Part.HEALTH, health),
        ):  # fmt: skip
            await self._load(part, load)

    async def _load(self, part: Part, load: Callable[[], Awaitable[Part]]) -> None:
        """A slow answer is asked for again; a lost link brings a new HELLO, and with it the next try."""
        shop = self._shop
        shop.refused.pop(part, None)
        for _ in range(LOAD_TRIES):
            try:
                changed = await load()
            except ApiTimeoutError:
                continue
            except ApiRefusedError as error:
                shop.refused[part] = error
                changed = part
            except ApiClientError:
                return
            shop.loaded |= part
            self._changed(changed | part)
            return
