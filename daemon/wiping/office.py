"""Wiping put together."""

from dataclasses import dataclass

from ..api.wire import Verb
from ..commanding.carriers import patience_of
from ..fleet import Fleet
from ..pins.vault import ShopPins
from ..workshop import Workshop
from .carrier import WipeCarrier, WipeParts, WipeWaits
from .closing import WipeClosing
from .outlook import WipeOutlooks
from .screen_lock import ScreenLock

WAITS = WipeWaits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiping:
    """One per daemon."""

    closing: WipeClosing
    outlooks: WipeOutlooks


def open_wiping(shop: Workshop, fleet: Fleet, pins: ShopPins) -> Wiping:
    """Takes the verb `wipe` and the ends of its commands."""
    archive, clock, link = shop.archive, shop.clock, shop.link
    patience = patience_of(shop.capture.command_timeout_s)
    parts = WipeParts(
        archive=archive,
        lock=ScreenLock(pins, clock, patience),
        erasing=shop.erasing,
        clock=clock,
        read_last=fleet.read_everything,
        patience=patience,
        waits=WAITS,
    )
    shop.carriers.register(Verb.WIPE, WipeCarrier(parts))
    closing = WipeClosing(archive=archive, queue=shop.queue, erasing=shop.erasing)
    shop.queue.tell_endings_to(closing)
    return Wiping(
        closing=closing, outlooks=WipeOutlooks(archive=archive, pins=pins, fleet=fleet, link=link, clock=clock)
    )
