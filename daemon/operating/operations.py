"""The daemon's work for its own health, put together: housekeeping, watchdog, figures."""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

from ..fleet import Fleet
from ..supervise import Supervision
from ..system import disk_free_bytes
from ..vault import Opened
from ..version import daemon_version
from ..workshop import Workshop
from .exposition import Levels, exposition
from .housekeeping import Housekeeping
from .metrics_service import MetricsService
from .progress import stuck_part
from .reloading import Reloading
from .watchdog import Standing, Watchdog

Supervised = Callable[[str, Callable[[Supervision], Awaitable[None]]], Coroutine[object, object, None]]


class Operations:
    """One per daemon."""

    def __init__(self, shop: Workshop, fleet: Fleet, opened: Opened) -> None:
        """Nothing runs yet."""
        self._shop = shop
        self._fleet = fleet
        self._config = opened.config
        self._config_file = opened.config_file
        self._paths = opened.paths
        self.metrics = MetricsService(opened.config.metrics, self.page)
        self._started_at_s = shop.clock.now().timestamp()

    def work(self, supervised: Supervised) -> dict[str, Coroutine[object, object, None]]:
        """By the tasks' names; those not supervised end the daemon when they end."""
        shop = self._shop
        housekeeping = Housekeeping(
            archive=shop.archive, media=shop.media, bus=shop.bus, clock=shop.clock, expire=shop.queue.expire
        )
        watchdog = Watchdog(
            shop.archive, turned_s=self._fleet.turns, standing=self._standing, clock=shop.clock, env=os.environ
        )
        work: dict[str, Coroutine[object, object, None]] = {
            "housekeeping": housekeeping.run(),
            "watchdog": watchdog.run(),
            "reload": Reloading(self._config, self._config_file, os.environ).run(),
        }
        if self.metrics.is_wanted:
            work["metrics"] = supervised("metrics", self.metrics.run)
        return work

    async def page(self) -> bytes:
        """The figures of now."""
        shop = self._shop
        counts = await shop.archive.counts()
        commands = await shop.archive.figures.commands_by_state()
        backup = (await shop.archive.backups.last()).made
        sizes, free = await asyncio.to_thread(_on_disk, self._paths.archive)
        levels = Levels(
            version=daemon_version(),
            started_at_s=self._started_at_s,
            devices=Counter(self._fleet.states()),
            commands={state.value: count for state, count in commands.items()},
            open_alerts={one.severity.value: one.count for one in counts.open_alerts},
            events=counts.events,
            ledger_size=counts.ledger_size,
            queue_depth=shop.archive.queue_depth + shop.judge.depth,
            writer_busy_s=shop.archive.writer_busy_s,
            store_bytes=sizes,
            free_bytes=free,
            is_disk_full=shop.archive.is_disk_full,
            stuck=stuck_part(shop.archive, self._fleet.turns(), now_s=shop.clock.monotonic()),
            last_backup_at_s=None if backup is None else backup.at.timestamp(),
        )
        return exposition(levels, shop.meters)

    def _standing(self) -> Standing:
        states = self._fleet.states()
        return Standing(
            phones_online=states.count("online"),
            phones_enrolled=len(states),
            is_disk_full=self._shop.archive.is_disk_full,
        )


def _on_disk(archive: Path) -> tuple[dict[str, int], int]:
    files = {"archive": archive, "log": archive.with_name(f"{archive.name}-wal")}
    sizes = {part: path.stat().st_size for part, path in files.items() if path.exists()}
    return sizes, disk_free_bytes(str(archive.parent))
