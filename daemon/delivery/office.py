"""All channels together: alerts are put into their messages, lanes send them, what nobody acknowledged is handed on."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from adb_bridge.clock import Clock

from ..api.texts import Texts
from ..archive.archive import Archive
from ..archive.deliveries import HandOnUnit
from ..archive.delivery_records import Ticket
from ..config_sections import Config
from ..logs import log_for
from ..rights.guard import PrivacyGuard
from ..supervise import RetryPolicy, Supervision, supervise
from .answers import Answer
from .lane import Lane, LaneParts
from .routing import Route, routes_of
from .wording import Wording

_LOOK_S: Final = 15.0
_PRUNE_S: Final = 24 * 3600.0
_MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryParts:
    """What delivery is made of."""

    archive: Archive
    guard: PrivacyGuard
    clock: Clock
    config: Config
    base: Path | None
    """Folder of the configuration file."""
    texts: Mapping[str, Texts]
    """By language."""
    told: Callable[[], None]
    """The health is to be asked anew."""


class Delivery:
    """One per daemon. Does nothing without channels."""

    def __init__(self, parts: DeliveryParts) -> None:
        config, section = parts.config, parts.config.delivery
        self._archive = parts.archive
        self.clock = parts.clock
        self._log = log_for("delivery")
        zone = config.store.zone() if section.timezone is None else ZoneInfo(section.timezone)
        self.routes: Mapping[str, Route] = routes_of(section, zone)
        self.section = section
        self.base = parts.base
        """Folder of the configuration file."""
        lane_parts = LaneParts(
            book=parts.archive.deliveries, clock=parts.clock, log=self._log, base=parts.base, told=parts.told
        )
        self._wordings = {
            name: Wording(
                channel=name,
                texts=parts.texts[route.section.language or config.store.language],
                store=config.store.name,
                guard=parts.guard,
                zone=zone,
                console=section.console,
                has_evidence=route.section.shows == "evidence",
            )
            for name, route in self.routes.items()
        }
        self.lanes = {name: Lane(route, self._wordings[name], lane_parts) for name, route in self.routes.items()}

    @property
    def is_on(self) -> bool:
        """Whether anything is collected and sent."""
        return self.section.enabled and bool(self.routes)

    async def take(self, alert_ids: Sequence[str]) -> None:
        """Alerts that are new, before the outbox forgets them; the same again does nothing. Raises what the archive
        raises."""
        if not self.is_on:
            return
        alerts = await self._archive.alert_life.named(alert_ids)
        now = self.clock.now()
        routes = self.routes.values()
        tickets = [route.ticket(one, now) for one in reversed(alerts) for route in routes if route.wants(one)]
        self._wake(await self._archive.deliveries.route(tickets))

    async def run(self, supervision: Supervision) -> None:
        """For ever. Each lane is looked after by itself."""
        if not self.is_on:
            await asyncio.Event().wait()
        async with asyncio.TaskGroup() as group:
            for name, lane in self.lanes.items():
                work = supervise(
                    lane.run,
                    clock=self.clock,
                    log=self._log.bind(task=f"delivery.{name}"),
                    wake=asyncio.Event(),
                    policy=RetryPolicy(cap_s=30.0),
                )
                group.create_task(work)
            await self._look_after(supervision)

    async def hand_on(self) -> None:
        """Put what nobody acknowledged in time where the configuration says. Raises what the archive raises."""
        book, now = self._archive.deliveries, self.clock.now()
        while due := await book.unanswered(now, _MOST_AT_ONCE):
            wanted = {alert_id: None for *_, alert_id, is_open in due if is_open}
            alerts = {one.alert_id: one for one in await self._archive.alert_life.named(tuple(wanted))}
            tickets: list[Ticket] = []
            for channel, _, _, alert_id, is_open in due:
                target = self._target(channel)
                if is_open and target is not None and alert_id in alerts:
                    tickets.append(target.escalation(alerts[alert_id], now))
            done = tuple((channel, index, number) for channel, index, number, _, _ in due)
            self._wake(await book.hand_on(HandOnUnit(done=done, tickets=tuple(tickets))))

    async def test(self, name: str, message_id: str, now: datetime) -> Answer:
        """Send a message that says it is a test, at once. KeyError for a channel that there is not."""
        lane = self.lanes[name]
        answer = await lane.send(self._wordings[name].test(message_id, now))
        await lane.note(answer)
        return answer

    def wake(self) -> None:
        """Something was changed for every channel."""
        self._wake(self.lanes)

    async def _look_after(self, supervision: Supervision) -> None:
        pruned_s = float("-inf")
        while True:
            await self.hand_on()
            if self.clock.monotonic() - pruned_s >= _PRUNE_S:
                pruned_s = self.clock.monotonic()
                await self._archive.deliveries.prune()
            supervision.well()
            await asyncio.sleep(_LOOK_S)

    def _target(self, channel: str) -> Route | None:
        route = self.routes.get(channel)
        wanted = None if route is None else route.section.escalate_to
        return None if wanted is None else self.routes.get(wanted)

    def _wake(self, names: Sequence[str] | frozenset[str] | Mapping[str, Lane]) -> None:
        for name in names:
            if name in self.lanes:
                self.lanes[name].wake()
