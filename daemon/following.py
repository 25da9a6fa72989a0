"""What goes on for hours and days by itself once it was begun: employees who leave, actions that follow a finding."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from .api.texts import Texts
from .config import Config
from .fleet import Fleet
from .leaving.leavings import Leavings
from .leaving.office import open_leaving
from .supervise import Supervision
from .workshop import Workshop

Supervise = Callable[[str, Callable[[Supervision], Awaitable[None]]], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """One per daemon."""

    leavings: Leavings

    async def load(self) -> None:
        """At the start, before any phone is followed."""
        await self.leavings.load()

    def work(self, supervised: Supervise) -> dict[str, Coroutine[object, object, None]]:
        """Its tasks, by name."""
        return {"leaving": supervised("leaving", self.leavings.run)}


def open_following(shop: Workshop, fleet: Fleet, config: Config, texts: dict[str, Texts]) -> Following:
    """Everything of it."""
    own = texts[config.store.language]
    return Following(leavings=open_leaving(shop, fleet, own, config.store.name))
