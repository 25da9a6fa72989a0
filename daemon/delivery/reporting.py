"""How channels stand, in words: for the API and the doctor."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from ..api.delivery import ChannelState, DeadLetter, DeliveryChannel, DeliveryStatus
from ..api.texts import Texts
from ..api.wire import HealthCheck
from ..archive.archive import Archive
from ..archive.delivery_records import EVERY_CHANNEL, ArchivedChannel, ArchivedMessage
from ..health_check import Status, check
from .addresses import AddressError, read_address
from .office import Delivery
from .routing import Route

FOR_EVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Until when everything is held that was stopped."""


def in_words(code: str | None, texts: Texts) -> str | None:
    """What went wrong and what to do; None for nothing."""
    if code is None:
        return None
    key = f"delivery.code.{code}"
    if texts.has(key):
        return texts.get(key)
    head, _, number = code.rpartition("_")
    if number.isdecimal() and head in {"http", "errcode"}:
        name = "status" if head == "http" else "number"
        return texts.get("delivery.code.http" if head == "http" else "delivery.code.number", **{name: number})
    return texts.get("delivery.code.other", code=code)


def letter_view(message: ArchivedMessage, texts: Texts) -> DeadLetter:
    """A message that was given up."""
    return DeadLetter(
        message_id=message.message_id,
        channel=message.channel,
        kind=message.kind.name.lower(),
        alerts=message.alerts,
        made_at=message.made_at,
        given_up_at=message.ended_at,
        tries=message.tries,
        code=message.code,
        problem=in_words(message.code, texts),
    )


class DeliveryReport:
    """Reads, changes nothing. Raises what the archive raises."""

    def __init__(self, archive: Archive, delivery: Delivery, now: Callable[[], datetime]) -> None:
        self._archive = archive
        self._delivery = delivery
        self._now = now

    async def status(self, texts: Texts) -> DeliveryStatus:
        """Of every channel of the configuration."""
        known = await self._archive.deliveries.channels()
        unusable = await asyncio.to_thread(self._unusable)
        stopped_by = self._stopped_by(known)
        return DeliveryStatus(
            is_on=self._delivery.is_on,
            stopped_by=stopped_by,
            channels=tuple(
                self._channel(route, _seen(known.get(name), name, unusable), stopped_by, texts)
                for name, route in self._delivery.routes.items()
            ),
        )

    async def check(self, texts: Texts) -> HealthCheck:
        """One line of the doctor."""
        if not self._delivery.routes:
            return check("delivery", Status.OK, texts.get("health.delivery.none"))
        if not self._delivery.is_on:
            return check("delivery", Status.INFO, texts.get("health.delivery.off"))
        status = await self.status(texts)
        waiting = sum(one.waiting for one in status.channels)
        if status.stopped_by is not None:
            detail = texts.get("health.delivery.stopped", actor=status.stopped_by, waiting=waiting)
            return check("delivery", Status.WARN, detail, texts.get("health.delivery.advice_stopped"))
        if failing := [one for one in status.channels if one.state is ChannelState.FAILING]:
            told = texts.get("health.delivery.between").join(
                texts.get("health.delivery.failing_one", channel=one.name, problem=one.problem or "?")
                for one in failing
            )
            detail = texts.get("health.delivery.failing", channels=told, waiting=waiting)
            return check("delivery", Status.WARN, detail, texts.get("health.delivery.advice"))
        if dead := sum(one.dead for one in status.channels):
            detail = texts.get("health.delivery.dead", dead=dead)
            return check("delivery", Status.WARN, detail, texts.get("health.delivery.advice_dead"))
        return check(
            "delivery", Status.OK, texts.get("health.delivery.ok", count=len(status.channels), waiting=waiting)
        )

    async def is_stopped(self) -> bool:
        """Whether somebody stopped all of them."""
        return self._stopped_by(await self._archive.deliveries.channels()) is not None

    def _unusable(self) -> dict[str, str]:
        """Channels whose address cannot be read, before anything is sent there, and why."""
        found: dict[str, str] = {}
        for name, route in self._delivery.routes.items():
            try:
                read_address(route.section, self._delivery.base)
            except AddressError as error:
                found[name] = error.code
        return found

    def _stopped_by(self, known: Mapping[str, ArchivedChannel]) -> str | None:
        every = known.get(EVERY_CHANNEL)
        if every is None or every.held_until is None or every.held_until <= self._now():
            return None
        return every.held_by

    def _channel(self, route: Route, channel: ArchivedChannel, stopped_by: str | None, texts: Texts) -> DeliveryChannel:
        now = self._now()
        is_muted = channel.held_until is not None and channel.held_until > now
        if not self._delivery.is_on:
            state = ChannelState.OFF
        elif stopped_by is not None:
            state = ChannelState.STOPPED
        elif is_muted:
            state = ChannelState.MUTED
        elif channel.failures:
            state = ChannelState.FAILING
        else:
            state = ChannelState.UNUSED if channel.last_ok_at is None else ChannelState.OK
        return DeliveryChannel(
            name=route.name,
            kind=route.section.kind.value,
            state=state,
            waiting=channel.waiting,
            dead=channel.dead,
            failures=channel.failures,
            code=channel.code,
            problem=in_words(channel.code, texts),
            last_sent_at=channel.last_ok_at,
            last_failed_at=channel.last_bad_at,
            next_try_at=channel.not_before if channel.failures and not is_muted else None,
            muted_until=channel.held_until if is_muted else None,
            muted_by=channel.held_by if is_muted else None,
            least=route.section.least,
            escalate_to=route.section.escalate_to,
        )


def _seen(channel: ArchivedChannel | None, name: str, unusable: Mapping[str, str]) -> ArchivedChannel:
    """As the archive has it, unless it cannot be used now."""
    known = channel or ArchivedChannel(channel=name)
    return replace(known, code=unusable[name], failures=max(1, known.failures)) if name in unusable else known
