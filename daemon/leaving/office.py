"""Leaving put together."""

from ..api.texts import Texts
from ..fleet import Fleet
from ..workshop import Workshop
from .leavings import Leavings
from .orders import LeavingOrders


def open_leaving(shop: Workshop, fleet: Fleet, texts: Texts, store: str) -> Leavings:
    """Takes the ends of commands. `texts`: in the shop's language."""
    leavings = Leavings(
        archive=shop.archive,
        orders=LeavingOrders(shop.archive, shop.queue, texts, store),
        clock=shop.clock,
        stops=shop.stops,
        begin_anew=fleet.begin_anew,
    )
    shop.queue.tell_endings_to(leavings)
    return leavings
