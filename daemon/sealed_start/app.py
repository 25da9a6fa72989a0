"""The daemon while nobody has unlocked the vault: phones are read, the API waits for what opens it."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import cast

from adb_bridge.clock import Clock
from crypto.vault_keys import VaultKeys

from ..api.texts import Language
from ..api.unlocking import SealedState
from ..callers import callers_of
from ..config import Config
from ..http.server import ApiServer
from ..logs import log_for
from ..operating.watchdog import ping_while_sealed
from ..paths import StatePaths
from ..phone_link import PhoneLink, bridge_settings
from ..service import Service
from ..supervise import RetryPolicy, supervise
from ..system import notify_systemd
from ..vault import open_keys
from ..workshop import collector_settings
from .collecting import SealedCollecting, SealedFigures
from .gate import ClosedService, Gate
from .roster import Roster, SealedPaths

_LOOK_EVERY_S = 5.0


class SealedApp:
    """One closed time."""

    def __init__(
        self,
        *,
        paths: StatePaths,
        config: Config,
        config_file: Path | None,
        roster: Roster | None,
        problem: str | None,
        look_again: Callable[[], VaultKeys | None],
        clock: Clock,
    ) -> None:
        """`roster` None: nothing is collected before the vault is open. `problem`: why the key did not open it.

        `look_again` is asked every few seconds, in a thread: a stick with the key may have been put in.
        """
        self._paths = paths
        self._config = config
        self._config_file = config_file
        self._roster = roster
        self._problem = problem
        self._look_again = look_again
        self._clock = clock
        self._stop = asyncio.Event()
        self._log = log_for("sealed")
        self._figures = SealedFigures()

    def stop(self) -> None:
        """End `run`, as SIGTERM does."""
        self._stop.set()

    async def run(self, on_ready: Callable[[], None]) -> VaultKeys | None:
        """The keys, once somebody opened the vault; None after SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        gate = Gate(lambda secret: open_keys(self._paths, secret), self._problem, self._state)
        server = ApiServer(
            cast(Service, ClosedService()),
            callers_of(self._config, self._config_file),
            self._paths.socket,
            monotonic=self._clock.monotonic,
            default_language=Language(self._config.store.language),
            routes=gate.routes(),
        )
        await server.start()
        stopped, opened = asyncio.create_task(self._stop.wait()), asyncio.create_task(gate.opened())
        collecting = asyncio.create_task(self._collect())
        looking = asyncio.create_task(self._watch_for_key(gate))
        pinging = asyncio.create_task(ping_while_sealed(os.environ))
        try:
            self._log.warning("vault.sealed", phones=0 if self._roster is None else len(self._roster.phones))
            on_ready()
            notify_systemd("READY=1\nSTATUS=sealed", os.environ)
            await asyncio.wait((stopped, opened), return_when=asyncio.FIRST_COMPLETED)
            return opened.result() if opened.done() else None
        finally:
            tasks = (stopped, opened, collecting, looking, pinging)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.stop()

    async def _collect(self) -> None:
        """Without a roster there is nothing to do but to wait."""
        if self._roster is None or not self._roster.phones:
            return
        config = self._config
        work = SealedCollecting(
            self._roster,
            SealedPaths(self._paths.sealed),
            link=PhoneLink(
                bridge_settings(config.adb, self._paths.adb_home), self._clock, configured=config.adb.connect
            ),
            clock=self._clock,
            settings=collector_settings(config.capture),
            interval_s=config.capture.poll_interval_s,
        )
        self._figures = work.figures
        await supervise(
            work.run,
            clock=self._clock,
            log=self._log,
            wake=asyncio.Event(),
            policy=RetryPolicy(cap_s=15.0),
        )

    async def _watch_for_key(self, gate: Gate) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            keys = await asyncio.to_thread(self._look_again)
            if keys is not None:
                gate.let_in(keys)
                return

    def _state(self) -> SealedState:
        return SealedState(
            is_sealed=True,
            phones_connected=self._figures.phones,
            batches=self._figures.batches,
            is_disk_full=self._figures.is_disk_full,
            problem=self._problem,
        )
