"""SIGHUP: the log is opened anew and the configuration read again. What cannot change while it runs is named.

Without a terminal only: at a terminal SIGHUP means that the person has left, and ends the daemon as it always did.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

from ..config import Config, load_config
from ..errors import ConfigError
from ..logs import log_for, reopen_log, set_level
from ..system import notify_systemd

AT_ONCE: Final = frozenset({"log.level"})
"""Keys that take effect without a restart."""


def has_terminal() -> bool:
    """Whether this process belongs to one."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def outlive_hangups() -> None:
    """Before anything is there to reload."""
    if not has_terminal():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


class Reloading:
    """One per daemon. `run` ends only by being cancelled."""

    def __init__(self, config: Config, file: Path | None, env: Mapping[str, str]) -> None:
        self._config = config
        self._file = file
        self._env = env
        self._asked = asyncio.Event()
        self._log = log_for("reload")

    async def run(self) -> None:
        """Reload at each SIGHUP."""
        loop = asyncio.get_running_loop()
        if has_terminal():
            await asyncio.Event().wait()  # for ever
        before = signal.getsignal(signal.SIGHUP)
        loop.add_signal_handler(signal.SIGHUP, self._asked.set)
        try:
            while True:
                await self._asked.wait()
                self._asked.clear()
                notify_systemd(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}", self._env)
                await self.reload()
                notify_systemd("READY=1", self._env)
        finally:
            loop.remove_signal_handler(signal.SIGHUP)
            signal.signal(signal.SIGHUP, before)

    async def reload(self, load: Callable[[Path | None], Config] = load_config) -> tuple[str, ...]:
        """The keys that wait for a restart; a configuration that is wrong changes nothing but the log's file."""
        reopen_log()
        try:
            config = await asyncio.to_thread(load, self._file)
        except ConfigError as error:
            self._log.warning("config.not_reloaded", code=error.code)
            return ()
        set_level(config.log.level)
        waiting = tuple(sorted(_changed(self._config, config) - AT_ONCE))
        if waiting:
            self._log.warning("config.needs_restart", where=",".join(waiting)[:160])
        self._log.info("config.reloaded")
        return waiting


def _changed(old: Config, new: Config) -> set[str]:
    found: set[str] = set()
    for section in fields(Config):
        before, after = getattr(old, section.name), getattr(new, section.name)
        for key in fields(before):
            if getattr(before, key.name) != getattr(after, key.name):
                found.add(f"{section.name}.{key.name}")
    return found
