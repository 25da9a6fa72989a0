"""Alert delivery, as people look after it. Everything but looking is audited with its reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from adb_bridge.clock import Clock

from ..api.delivery import DeadLetter, DeliveryReason, DeliveryStatus, DeliveryTest, MuteRequest
from ..api.texts import Texts
from ..archive.archive import Archive
from ..archive.deliveries import new_message_id
from ..archive.delivery_records import EVERY_CHANNEL, MessageState
from ..archive.errors import IllegalTransitionError, RecordNotFoundError
from ..audit import AuditTrail
from ..bus import Bus, HealthChanged
from ..roles import Permission, require
from ..service import Caller
from ..service_errors import not_found, refusing, unusable
from .answers import Fate
from .office import Delivery
from .reporting import FOR_EVER, DeliveryReport, in_words, letter_view

_MOST_LETTERS = 1_000


class DeliveryDesk:
    """Behind `/v1/delivery`. Methods raise ServiceError only."""

    def __init__(
        self,
        *,
        archive: Archive,
        audit: AuditTrail,
        bus: Bus,
        clock: Clock,
        delivery: Delivery,
        texts: dict[str, Texts],
    ) -> None:
        self._archive = archive
        self._audit = audit
        self._bus = bus
        self._clock = clock
        self._delivery = delivery
        self._report = DeliveryReport(archive, delivery, clock.now)
        self._texts = texts

    async def status(self, caller: Caller) -> DeliveryStatus:
        """Of every channel of the configuration."""
        require(caller, Permission.DELIVERY_READ)
        with refusing():
            return await self._report.status(self._texts[caller.language])

    async def test(self, caller: Caller, channel: str, request: DeliveryReason) -> DeliveryTest:
        """Send a message that says it is a test. `delivery.channel.not_found`; `delivery.off`; `delivery.stopped`."""
        require(caller, Permission.DELIVERY_MANAGE)
        self._require_channel(channel)
        if not self._delivery.section.enabled:
            raise unusable("delivery.off", http_status=409)
        with refusing():
            if await self._report.is_stopped():
                raise unusable("delivery.stopped", http_status=409)
            message_id = new_message_id()
            await self._audit.write(caller, "delivery.test", f"{channel} {message_id}", reason=request.reason)
            answer = await self._delivery.test(channel, message_id, self._clock.now())
            self._bus.publish(HealthChanged())
            return DeliveryTest(
                channel=channel,
                message_id=message_id,
                ok=answer.fate is Fate.TOOK,
                code=answer.code,
                problem=in_words(answer.code, self._texts[caller.language]),
            )

    async def mute(self, caller: Caller, channel: str, request: MuteRequest) -> DeliveryStatus:
        """What comes meanwhile is collected. `delivery.channel.not_found`."""
        require(caller, Permission.DELIVERY_MANAGE)
        self._require_channel(channel)
        until = self._clock.now() + timedelta(minutes=request.minutes) if request.minutes else None
        with refusing():
            target = f"{channel} minutes={request.minutes}"
            await self._audit.write(caller, "delivery.mute", target, reason=request.reason)
            await self._archive.deliveries.hold(channel, until, caller.name)
        return await self._changed(caller)

    async def stop(self, caller: Caller, request: DeliveryReason) -> DeliveryStatus:
        """Nothing is sent until `start`; a restart of the daemon changes nothing about that."""
        require(caller, Permission.DELIVERY_MANAGE)
        with refusing():
            await self._audit.write(caller, "delivery.stop", "*", reason=request.reason)
            await self._archive.deliveries.hold(EVERY_CHANNEL, FOR_EVER, caller.name)
        return await self._changed(caller)

    async def start(self, caller: Caller, request: DeliveryReason) -> DeliveryStatus:
        """What waits is sent."""
        require(caller, Permission.DELIVERY_MANAGE)
        with refusing():
            await self._audit.write(caller, "delivery.start", "*", reason=request.reason)
            await self._archive.deliveries.hold(EVERY_CHANNEL, None, caller.name)
        return await self._changed(caller)

    async def dead(self, caller: Caller) -> tuple[DeadLetter, ...]:
        """Newest first, a thousand at most."""
        require(caller, Permission.DELIVERY_READ)
        with refusing():
            found = await self._archive.deliveries.dead(_MOST_LETTERS)
            return tuple(letter_view(one, self._texts[caller.language]) for one in found)

    async def retry(self, caller: Caller, message_id: str, request: DeliveryReason) -> DeadLetter:
        """Under its old id. `delivery.not_found`, `delivery.not_dead`."""
        return await self._move(caller, message_id, MessageState.WAITING, request)

    async def drop(self, caller: Caller, message_id: str, request: DeliveryReason) -> DeadLetter:
        """For good; its alerts stay. `delivery.not_found`, `delivery.not_dead`."""
        return await self._move(caller, message_id, MessageState.DROPPED, request)

    async def _move(self, caller: Caller, message_id: str, to: MessageState, request: DeliveryReason) -> DeadLetter:
        require(caller, Permission.DELIVERY_MANAGE)
        action = "delivery.retry" if to is MessageState.WAITING else "delivery.drop"
        with refusing(), _refused():
            await self._audit.write(caller, action, message_id[:100], reason=request.reason, outcome="asked")
            moved = await self._archive.deliveries.move_dead(message_id, to)
        self._delivery.wake()
        self._bus.publish(HealthChanged())
        return letter_view(moved, self._texts[caller.language])

    async def _changed(self, caller: Caller) -> DeliveryStatus:
        self._delivery.wake()
        self._bus.publish(HealthChanged())
        with refusing():
            return await self._report.status(self._texts[caller.language])

    def _require_channel(self, channel: str) -> None:
        if channel not in self._delivery.routes:
            raise not_found("delivery.channel")


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except RecordNotFoundError:
        raise not_found("delivery") from None
    except IllegalTransitionError:
        raise unusable("delivery.not_dead", http_status=409) from None
