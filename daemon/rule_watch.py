"""The shop's own rules, taken into force when their files change, whole or not at all.

1. The system tells of a change in the folder (watchdog); where it cannot, or the folder itself was replaced, a look
   at the files' sizes and times every few seconds finds it.
2. Nothing is read before the files have been quiet for a moment, so that a copy under way is not judged halfway.
3. All rules are loaded and their tests run, in a thread. A mistake anywhere keeps the rules in force; log and health
   say why.
4. The change is in the audit before the first verdict of the new rules; each verdict carries its rules' version.
"""

import asyncio
import gc
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from policies.engine import Engine
from policies.errors import RuleConflictError, RuleError, RuleSyntaxError, RuleTestError
from policies.packs import MAX_FILES

from .archive.archive import Archive
from .archive.drafts import AuditDraft
from .audit import DAEMON_ACTOR, NO_ROLE
from .bus import Bus, HealthChanged
from .config import Config
from .folder_notices import FolderNotices
from .judge import Judge
from .logs import Log, log_for
from .rules import load_rules, rules_folder
from .supervise import Supervision

_FileStamp = tuple[str, int, int, int]
"""Path, size in bytes, time in nanoseconds and inode of a rule file."""
_Stamp = tuple[_FileStamp, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPace:
    """Seconds."""

    quiet_s: float = 0.3
    """Without a change, before the files are read."""
    at_most_s: float = 1.0
    """The longest wait for that quiet."""
    look_s: float = 5.0
    """Between two looks at sizes and times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFile:
    """A file of the folder as it is now."""

    name: str
    """Relative to the folder."""
    is_in_force: bool
    """It is as it was when the rules in force were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedFile:
    """Where the first mistake is."""

    name: str
    """As in WatchedFile."""
    line: int | None


class RuleWatch:
    """One per daemon with a folder of its own rules."""

    def __init__(
        self,
        folder: Path,
        load: Callable[[], Engine],
        *,
        judge: Judge,
        archive: Archive,
        bus: Bus,
        pace: WatchPace = WatchPace(),
    ) -> None:
        """`load` gives all rules of the configuration and raises RuleError or OSError; it is called in a thread."""
        self.folder = folder
        self._load = load
        self._judge = judge
        self._archive = archive
        self._bus = bus
        self._pace = pace
        self._log: Log = log_for("rules")
        self._stamp: _Stamp | None = None
        self.trouble: str | None = None
        """Why the files as they are now are not in force; None when they are."""
        self.refused: RefusedFile | None = None
        """Which of them is wrong; None when none is, or when that is not about one."""
        self.replaced_at: datetime | None = None
        """When the rules in force took the place of others; None: they are those of the start."""
        self._in_force: frozenset[_FileStamp] = frozenset()

    def files(self) -> tuple[WatchedFile, ...]:
        """Those there are now, by name. Looks at the disk: call it in a thread."""
        base = self.folder.parent if self.folder.is_file() else self.folder
        return tuple(
            WatchedFile(name=os.path.relpath(stamp[0], base), is_in_force=stamp in self._in_force)
            for stamp in _stamp_of(self.folder)
        )

    async def run(self, supervision: Supervision) -> None:
        """For ever. Raises ArchiveError when the audit cannot be written; the old rules stay then."""
        changed = asyncio.Event()
        notifier = FolderNotices(self.folder, changed, asyncio.get_running_loop(), self._log)
        try:
            while True:
                await asyncio.to_thread(notifier.attach)
                stamp = await asyncio.to_thread(_stamp_of, self.folder)
                if stamp != self._stamp:
                    await self._reload(stamp)
                    self._stamp = stamp
                supervision.well()
                await self._change_or_look(changed)
        finally:
            await asyncio.to_thread(notifier.close)

    async def _change_or_look(self, changed: asyncio.Event) -> None:
        """Until the files changed and are quiet again, or it is time to look."""
        try:
            async with asyncio.timeout(self._pace.look_s):
                await changed.wait()
        except TimeoutError:
            return
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + self._pace.at_most_s
        while changed.is_set() and loop.time() < give_up_s:
            changed.clear()
            await asyncio.sleep(self._pace.quiet_s)
        changed.clear()

    async def _reload(self, stamp: _Stamp) -> None:
        try:
            engine = await asyncio.to_thread(self._loaded)
        except (RuleError, OSError) as error:
            await self._refuse(error)
            return
        self._in_force = frozenset(stamp)
        if engine.version != self._judge.ruleset_version:
            entry = await self._archive.audit(
                AuditDraft(
                    actor=DAEMON_ACTOR,
                    role=NO_ROLE,
                    action="rules.replace",
                    target=engine.version,
                    reason=None,
                    outcome="ok",
                )
            )
            self._judge.replace_engine(engine)
            self.replaced_at = entry.at
            self._log.info("rules.replaced", rules=engine.version)
        elif self.trouble is None:
            return
        self.trouble = self.refused = None
        self._bus.publish(HealthChanged())

    def _loaded(self) -> Engine:
        """Not interrupted by collections: among the objects of large rules each would hold everything up."""
        gc.disable()
        try:
            return self._load()
        finally:
            gc.enable()

    def _refused_of(self, error: RuleError | OSError) -> RefusedFile | None:
        match error:
            case RuleSyntaxError() | RuleTestError():
                file, line = error.file, error.line
            case RuleConflictError():
                file, line = error.second, error.second_line
            case _:
                return None
        base = self.folder.parent if self.folder.is_file() else self.folder
        if not file.is_relative_to(base) or file == base:
            return None
        return RefusedFile(name=str(file.relative_to(base)), line=line)

    async def _refuse(self, error: RuleError | OSError) -> None:
        """The rules in force stay; who reads the audit sees that others were offered, and where they are wrong."""
        trouble = str(error) if isinstance(error, RuleError) else error.strerror or type(error).__name__
        if trouble == self.trouble:
            return
        self.trouble, self.refused = trouble, self._refused_of(error)
        place = place_of(error)
        await self._archive.audit(
            AuditDraft(
                actor=DAEMON_ACTOR,
                role=NO_ROLE,
                action="rules.refuse",
                target=self._judge.ruleset_version,
                reason=" ".join(filter(None, (type(error).__name__, place))),
                outcome="refused",
            )
        )
        self._log.warning(
            "rules.refused",
            error_type=type(error).__name__,
            where=place,
            rule_problem=trouble,
            rules=self._judge.ruleset_version,
        )
        self._bus.publish(HealthChanged())


def place_of(error: RuleError | OSError) -> str | None:
    """`own.toml:12`, where it is known."""
    match error:
        case RuleSyntaxError() | RuleTestError():
            return f"{error.file.name}:{error.line or 1}"
        case RuleConflictError():
            return f"{error.second.name}:{error.second_line}"
        case _:
            return None


def _stamp_of(folder: Path) -> _Stamp:
    files = [folder] if folder.is_file() else islice(folder.rglob("*.toml"), MAX_FILES + 1)
    stamps = []
    for file in files:
        with suppress(OSError):  # removed between listing and looking
            found = file.stat()
            stamps.append((str(file), found.st_size, found.st_mtime_ns, found.st_ino))
    return tuple(sorted(stamps))


def watch_of_rules(
    config: Config, config_file: Path | None, judge: Judge, archive: Archive, bus: Bus
) -> RuleWatch | None:
    """Over the folder that the configuration names; None when it names none."""
    folder = rules_folder(config, config_file)
    if folder is None:
        return None
    return RuleWatch(folder, lambda: load_rules(config, config_file), judge=judge, archive=archive, bus=bus)
