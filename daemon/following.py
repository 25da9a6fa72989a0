"""What goes on for hours and days by itself once it was begun: employees who leave, actions that follow a finding."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from .api.texts import Texts
from .config import Config
from .fleet import Fleet
from .intercept.deciding import Deciding
from .intercept.interceptor import Interceptor
from .intercept.orders import InterceptOrders
from .intercept.telling import Telling
from .leaving.leavings import Leavings
from .leaving.office import open_leaving
from .supervise import Supervision
from .workshop import Workshop

Supervise = Callable[[str, Callable[[Supervision], Awaitable[None]]], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """One per daemon."""

    leavings: Leavings
    interceptor: Interceptor

    async def load(self) -> None:
        """At the start, before any phone is followed."""
        await self.leavings.load()

    def work(self, supervised: Supervise) -> dict[str, Coroutine[object, object, None]]:
        """Its tasks, by name."""
        return {
            "leaving": supervised("leaving", self.leavings.run),
            "intercept": supervised("intercept", self.interceptor.run),
        }


def open_following(shop: Workshop, fleet: Fleet, config: Config, texts: dict[str, Texts]) -> Following:
    """Everything of it. Takes alerts that were committed, and the ends of commands."""
    own = texts[config.store.language]
    interceptor = Interceptor(
        archive=shop.archive,
        deciding=Deciding(config, lambda: shop.judge.engine),
        orders=InterceptOrders(shop.archive, shop.queue),
        telling=Telling(own, config.store.zone()),
        clock=shop.clock,
        bus=shop.bus,
        is_enrolled=lambda device: fleet.employee_of(device) is not None,
    )
    shop.queue.tell_endings_to(interceptor)
    shop.outbox.hand_over_to(interceptor.take)
    return Following(leavings=open_leaving(shop, fleet, own, config.store.name), interceptor=interceptor)
