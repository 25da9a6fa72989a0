"""Follows the daemon: the live stream into the shop, and the lists whenever the stream cannot tell everything."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Final

from daemon.api.alert_life_client import find_alerts
from daemon.api.errors import ApiClientError, ApiRefusedError, ApiTimeoutError
from daemon.api.links import LinkOffline, LinkOnline, LinkRefused
from daemon.api.requests import AlertQuery
from daemon.api.wire import Alert, AlertStatus, StreamItem, StreamKind

from .client_port import ConsoleClient
from .shop import Part, Shop
from .times import Now, system_now

ALERT_PAGE: Final = 1000
"""Loaded at once; what is open beyond it comes page by page behind the screen."""
BETWEEN_PAGES_S: Final = 0.05
"""Left to keys and drawing."""
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
        now: Now = system_now,
    ) -> None:
        self._now = now
        self._client = client
        self._shop = shop
        self._changed = changed
        self._arrived = arrived
        self._reloaded = reloaded
        self._position: int | None = None
        self._again = asyncio.Event()
        self._rest: asyncio.Task[None] | None = None
        self.retry_at: float | None = None
        """When the next try is due, on the loop's clock; None while online."""

    def try_now(self) -> None:
        """Do not wait for the next try."""
        if self.retry_at is not None:
            self._again.set()

    def restart(self) -> None:
        """Open the stream anew where it was and load the lists again: they are to be said in another language."""
        self._again.set()

    async def follow(self) -> None:
        """Run until cancelled."""
        try:
            await self._follow_on()
        finally:
            self._stop_rest()

    async def _follow_on(self) -> None:
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
                        if self._shop.is_online:
                            self._shop.lost_at = self._now()
                        self._shop.link = item
                        self.retry_at = loop.time() + wait
                        self._changed(Part.EVERYTHING)
                    case StreamItem():
                        await self._take(item)

    async def _take(self, item: StreamItem) -> None:
        self._changed(self._shop.apply(item))
        if item.hello is not None:
            self._shop.clock_ahead_s = (item.hello.server_time - self._now()).total_seconds()
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
        self._stop_rest()

        async def alerts() -> Part:
            open_ones = await client.alerts(status=AlertStatus.OPEN, limit=ALERT_PAGE)
            latest = await client.alerts(limit=LATEST_LOADED)
            is_last = len(open_ones) < ALERT_PAGE
            self._rest = asyncio.create_task(self._load_rest(None if is_last else _oldest(open_ones)))
            return shop.put_alert_page(open_ones, is_last=is_last) | shop.put_alerts(latest)

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

    async def _load_rest(self, before: int | None) -> None:
        """Open alerts older than `before`, then those that somebody looks at, as far as there is room.

        A page that fails ends it: what is here stays, and the count stays the daemon's.
        """
        shop = self._shop
        try:
            while before is not None and shop.has_room_for_alerts:
                await asyncio.sleep(BETWEEN_PAGES_S)
                query = AlertQuery(status=AlertStatus.OPEN, limit=ALERT_PAGE, before=before)
                page = await find_alerts(self._client, query)
                before = page.next_before
                self._changed(shop.put_alert_page(page.items, is_last=before is None))
            query = AlertQuery(status=AlertStatus.ACKNOWLEDGED, limit=ALERT_PAGE)
            while shop.has_room_for_alerts:
                page = await find_alerts(self._client, query)
                self._changed(shop.put_alerts(page.items))
                if page.next_before is None:
                    return
                query = AlertQuery(status=AlertStatus.ACKNOWLEDGED, limit=ALERT_PAGE, before=page.next_before)
                await asyncio.sleep(BETWEEN_PAGES_S)
        except ApiClientError:
            return

    def _stop_rest(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None


def _oldest(alerts: tuple[Alert, ...]) -> int | None:
    """`before` of the next page; None from a daemon that cannot turn pages."""
    return min((alert.ledger_index for alert in alerts if alert.ledger_index is not None), default=None)
