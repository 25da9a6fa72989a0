"""Files that people drop into a folder for a phone are imported by themselves.

1. The system tells of a change (watchdog); a look every few seconds finds what it does not tell.
2. A file is taken when size, time and inode have not changed for a moment.
3. It is imported as one that was uploaded is, by the daemon in the audit's words, then moved to `done` or `failed`. A
   kill between import and move does no harm: the same file again changes nothing, and is moved then.
4. What may end by itself (disk full, archive busy) leaves the file where it is for later. One that cannot be moved is
   not imported again meanwhile.
"""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Final

from adb_bridge.clock import Clock
from adb_bridge.records import DeviceSerial, Source
from crypto.errors import CryptoError

from ..api.importing import ImportReport
from ..api.texts import Texts
from ..archive.archive import Archive
from ..archive.drafts import AuditDraft
from ..archive.errors import ArchiveError
from ..audit import DAEMON_ACTOR, NO_ROLE
from ..folder_notices import FolderNotices
from ..logs import Log, log_for
from ..supervise import Supervision
from .files import FileChangedError
from .found import TRANSIENT
from .importer import Importer, ImportOrder
from .inbox_files import Box, InboxFolder, Waiting
from .kinds import UnknownFormatError

_NOTE_ROWS: Final = 200
_LANGUAGES: Final = ("zh", "en")
_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPace:
    """Seconds."""

    settle_s: float = 3.0
    """Without a change, before a file is taken."""
    empty_s: float = 60.0
    """The same for an empty file."""
    look_s: float = 10.0
    """Between two looks when nothing is told."""
    retry_s: float = 60.0
    """After trouble that may end by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxParts:
    """What the inbox needs of the daemon."""

    importer: Importer
    archive: Archive
    clock: Clock
    texts: dict[str, Texts]
    """By language; notes are in all of them."""
    zone: tzinfo | None
    """Of the dates that folders are named by; None is this machine's."""


class Inbox:
    """One per daemon."""

    def __init__(self, root: Path, parts: InboxParts, pace: InboxPace = InboxPace()) -> None:
        self._folder = InboxFolder(root)
        self._parts = parts
        self._pace = pace
        self._log: Log = log_for("inbox")
        self._alike_since: dict[Path, tuple[_Stamp, float]] = {}
        self._not_before: dict[Path, float] = {}
        self._unmoved: dict[Waiting, tuple[Box, str]] = {}
        """Dealt with, where they go and their note."""

    async def run(self, supervision: Supervision) -> None:
        """For ever. Raises OSError when the folder itself cannot be used."""
        changed = asyncio.Event()
        await asyncio.to_thread(self._folder.prepare)
        notices = FolderNotices(self._folder.root, changed, asyncio.get_running_loop(), self._log)
        try:
            while True:
                await asyncio.to_thread(self._folder.prepare)
                await asyncio.to_thread(notices.attach)
                changed.clear()
                for one in await self._settled():
                    await self._take(one)
                    supervision.well()
                supervision.well()
                await self._change_or_look(changed)
        finally:
            await asyncio.to_thread(notices.close)

    async def _change_or_look(self, changed: asyncio.Event) -> None:
        """While something waits to settle, the next look is soon; changes meanwhile do not make it sooner."""
        if self._alike_since:
            await asyncio.sleep(self._pace.settle_s / 2)
            return
        try:
            async with asyncio.timeout(self._pace.look_s):
                await changed.wait()
        except TimeoutError:
            return

    async def _settled(self) -> list[Waiting]:
        waiting = await asyncio.to_thread(self._folder.waiting)
        now_s = self._parts.clock.monotonic()
        before, self._alike_since = self._alike_since, {}
        paths = {one.file.path for one in waiting}
        self._not_before = {path: at_s for path, at_s in self._not_before.items() if path in paths and at_s > now_s}
        self._unmoved = {one: self._unmoved[one] for one in waiting if one in self._unmoved}
        settled: list[Waiting] = []
        for one in waiting:
            file = one.file
            if file.path in self._not_before:
                continue
            stamp = (file.size_bytes, file.modified_ns, file.inode)
            was = before.get(file.path)
            since_s = was[1] if was is not None and was[0] == stamp else now_s
            if now_s - since_s >= (self._pace.settle_s if file.size_bytes else self._pace.empty_s):
                settled.append(one)
            else:
                self._alike_since[file.path] = (stamp, since_s)
        return settled

    async def _take(self, one: Waiting) -> None:
        """Import one file and move it; trouble that may pass leaves it."""
        try:
            if one not in self._unmoved:
                report, reason = await self._import(one)
                if report is not None and report.problem in TRANSIENT:
                    self._later(one, report.problem or "")
                    return
                box = Box.DONE if report is not None and report.problem is None else Box.FAILED
                self._unmoved[one] = box, self._note(report, reason)
                self._log.info("inbox.taken", state=box.value, rows=0 if report is None else report.new)
            box, note = self._unmoved[one]
            now = self._parts.clock.now()
            date = (now.astimezone() if self._parts.zone is None else now.astimezone(self._parts.zone)).date()
            await asyncio.to_thread(self._folder.put_away, one, box, date.isoformat(), note)
            del self._unmoved[one]
        except FileChangedError:
            return  # somebody still writes to it: it settles again
        except ArchiveError as error:
            self._later(one, error.code.value)
        except (OSError, CryptoError) as error:
            self._later(one, type(error).__name__)

    async def _import(self, one: Waiting) -> tuple[ImportReport | None, str | None]:
        """The last report, or the key of the text that says why there is none."""
        if one.owner is None:
            return None, "inbox.no_folder"
        device = DeviceSerial(one.owner)
        enrolment = await self._parts.archive.enrolment(device)
        if enrolment is None or enrolment.ended_at is not None:
            return None, "inbox.not_enrolled"
        if Source.IMPORTED.value not in enrolment.scope:
            return None, "error.import.not_in_scope.message"
        if one.file.size_bytes == 0:
            return None, "error.import.empty.message"
        last: ImportReport | None = None
        order = ImportOrder(device=device, audit=self._audit)
        try:
            async with aclosing(self._parts.importer.run(order, one.file)) as reports:
                async for report in reports:
                    last = report
        except UnknownFormatError:
            return None, "error.import.unknown_format.message"
        except PermissionError:
            return None, "inbox.unreadable"
        return last, None

    async def _audit(self, action: str, target: str, outcome: str) -> None:
        await self._parts.archive.audit(
            AuditDraft(
                actor=DAEMON_ACTOR, role=NO_ROLE, action=action, target=target, reason="inbox", outcome=outcome
            )  # fmt: skip
        )

    def _later(self, one: Waiting, code: str) -> None:
        self._not_before[one.file.path] = self._parts.clock.monotonic() + self._pace.retry_s
        self._log.warning("inbox.waits", code=code, retry_s=self._pace.retry_s)

    def _note(self, report: ImportReport | None, reason: str | None) -> str:
        """What people are told beside the file, in every language; empty when there is nothing to tell."""
        if reason is None and report is not None and report.problem is None and not report.refused:
            return ""
        lines: list[str] = []
        for language in _LANGUAGES:
            texts = self._parts.texts[language]
            if reason is not None:
                lines.append(texts.get(reason))
            if report is None:
                continue
            if report.problem is not None:
                lines.append(texts.get(f"import.problem.{report.problem}", line=report.problem_line or 0))
            lines.append(
                texts.get(
                    "inbox.counts",
                    new=report.new,
                    imported=report.already_imported,
                    archived=report.already_archived,
                    refused=report.refused,
                )  # fmt: skip
            )
            lines += [
                texts.get("inbox.refused_row", line=row.line, reason=texts.get(f"import.refused.{row.reason}"))
                for row in report.refused_rows[:_NOTE_ROWS]
            ]
        return "\n".join(lines) + "\n"
