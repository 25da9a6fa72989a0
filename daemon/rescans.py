"""Re-scans: the events of the archive judged by the rules in force, in the background.

1. A small piece at a time, and only when nothing that comes in waits: live judging goes first, and at most half of the
   time is taken.
2. How far it is, is in the archive with what was found: a stop or a kill at any moment costs nothing but one piece.
3. Each event is judged by one rule set. When other rules come into force meanwhile, it begins again with them.
4. What is private or cannot be read is not looked at. Rules see what was said before a message, as when it came in.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from adb_bridge.clock import Clock
from policies.engine import Engine
from policies.matching import machine_code
from policies.model import Earlier

from .archive.archive import Archive
from .archive.drafts import AuditDraft
from .archive.errors import ArchiveError, IllegalTransitionError
from .archive.records import ArchivedEvent
from .archive.rescans import ArchivedRescan, RescanDraft, RescanFinding, RescanScope, RescanState, new_rescan_id
from .audit import DAEMON_ACTOR, NO_ROLE
from .bus import Bus, Overflowed
from .conversations import Conversations
from .events import UNCOLLECTED, Committed, KeptEvent
from .judge import Judge, is_nobodys, subject_of
from .logs import log_for
from .outbox import Outbox
from .rights.guard import PrivacyGuard
from .supervise import Supervision

PAGE: Final = 200
"""Events of one step."""
PIECE: Final = 50
"""Events that are judged without a look at who else waits."""
SHARE: Final = 0.5
"""Of the time that a re-scan takes at most."""
_UNREADABLE: Final = '{"unreadable":true}'
_BUSY_WAIT_S: Final = 0.05
_BUSY_WAITS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a running re-scan is."""

    events: int = 0
    """Looked at since this run of the daemon took it up."""
    took_s: float = 0.0

    @property
    def per_s(self) -> float:
        """Events a second, 0 while it is not known."""
        return self.events / self.took_s if self.took_s > 0 else 0.0


class Rescans:
    """One per daemon, one re-scan at a time."""

    def __init__(
        self, *, archive: Archive, judge: Judge, guard: PrivacyGuard, outbox: Outbox, bus: Bus, clock: Clock
    ) -> None:
        self._archive = archive
        self._judge = judge
        self._guard = guard
        self._outbox = outbox
        self._bus = bus
        self._clock = clock
        self._log = log_for("rescan")
        self._wake = asyncio.Event()
        self._wake.set()  # what a former run left
        self.pace = Pace()

    async def draft(self, scope: RescanScope, asked_by: str, reason: str) -> RescanDraft:
        """One by the rules in force. IllegalTransitionError while another one runs."""
        if await self._archive.rescans.running() is not None:
            raise IllegalTransitionError(current="running", to="running")
        version = self._judge.ruleset_version
        before = next((one.new_version for one in await self._archive.rescans.all()), None)
        return RescanDraft(
            rescan_id=new_rescan_id(),
            asked_by=asked_by,
            reason=reason,
            scope=scope,
            old_version=self._judge.former_version or before or version,
            new_version=version,
        )

    async def begin(self, draft: RescanDraft) -> ArchivedRescan:
        """Once it is in the audit. IllegalTransitionError."""
        rescan = await self._archive.rescans.ask(draft)
        self._wake.set()
        return rescan

    async def run(self, supervision: Supervision) -> None:
        """For ever: take up what is asked for."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            rescan = await self._archive.rescans.running()
            if rescan is not None:
                try:
                    await self._scan(rescan, supervision)
                except ArchiveError:
                    self._wake.set()  # for the next try
                    raise
            supervision.well()

    async def _scan(self, rescan: ArchivedRescan, supervision: Supervision) -> None:
        self._log.info("rescan.going_on", rules=rescan.new_version, rows=rescan.done)
        self.pace = Pace()
        said = Conversations()
        await asyncio.to_thread(machine_code.prepare_for, rescan.up_to - rescan.position)
        while True:
            began_s = self._clock.monotonic()
            engine = self._judge.engine
            if engine.version != rescan.new_version:
                rescan = await self._anew(rescan, engine.version)
            events = await self._archive.rescans.events(rescan, PAGE)
            position = events[-1].ledger_index if len(events) == PAGE else rescan.up_to
            findings = await self._judged(engine, events, said)
            try:
                raised = await self._archive.rescans.step(
                    rescan, position=position, done=len(events), findings=findings
                )
            except IllegalTransitionError:
                self._log.info("rescan.cancelled", rules=rescan.new_version)
                return
            if rescan.scope.is_told and raised:
                size = self._archive.ledger_size
                self._outbox.committed(Committed(new_events=0, new_alert_ids=raised, ledger_size=size))
            supervision.well()
            took_s = self._clock.monotonic() - began_s
            await asyncio.sleep(took_s * (1 - SHARE) / SHARE)
            spent_s = self.pace.took_s + self._clock.monotonic() - began_s
            self.pace = Pace(events=self.pace.events + len(events), took_s=spent_s)
            if position >= rescan.up_to:
                await self._end(rescan)
                return
            found = await self._archive.rescans.running()
            if found is None or found.rescan_id != rescan.rescan_id:
                return
            rescan = found

    async def _judged(
        self, engine: Engine, events: Sequence[ArchivedEvent], said: Conversations
    ) -> list[RescanFinding]:
        wanted = [one for one in events if self._is_judged(one.event)]
        before = await self._said_before([one.event for one in wanted], said)
        findings: list[RescanFinding] = []
        for start in range(0, len(wanted), PIECE):
            piece = wanted[start : start + PIECE]
            subjects = [
                subject_of(one.event, earlier)
                for one, earlier in zip(piece, before[start : start + PIECE], strict=True)
            ]
            await self._give_way()
            verdicts = await self._judge.aside(partial(self._judge.verdicts, engine, subjects))
            findings += [
                RescanFinding(event_index=one.ledger_index, verdict=verdict)
                for one, found in zip(piece, verdicts, strict=True)
                for verdict in found
            ]
        return findings

    async def _give_way(self) -> None:
        """Until nothing that comes in waits, but not for ever: a first read of many phones takes hours."""
        for _ in range(_BUSY_WAITS):
            if not self._judge.depth and not self._archive.queue_depth:
                return
            await asyncio.sleep(_BUSY_WAIT_S)

    async def _said_before(self, events: Sequence[KeptEvent], said: Conversations) -> list[tuple[Earlier, ...]]:
        missing = said.missing(events)
        if missing:
            found = await self._archive.neighbours.newest_said([one.then for one in missing])
            for one, messages in zip(missing, found, strict=True):
                said.take(one, messages)
        return said.before(events)

    def _is_judged(self, event: KeptEvent) -> bool:
        is_kept = event.attributes not in (UNCOLLECTED, _UNREADABLE)
        return is_kept and not is_nobodys(event) and not self._guard.is_private(event)

    async def _anew(self, rescan: ArchivedRescan, version: str) -> ArchivedRescan:
        """The audit says so before the first verdict of the other rules."""
        await self._audit("rescan.anew", f"{rescan.rescan_id} {rescan.new_version} {version}")
        self.pace = Pace()
        return await self._archive.rescans.anew(rescan.rescan_id, version)

    async def _end(self, rescan: ArchivedRescan) -> None:
        ended = await self._archive.rescans.one(rescan.rescan_id)
        if ended is None or ended.state is not RescanState.RUNNING:
            return
        target = f"{ended.rescan_id} {ended.new_version} events={ended.done} found={ended.found}"
        await self._audit("rescan.end", target)
        with suppress(IllegalTransitionError):  # cancelled at the last moment
            await self._archive.rescans.end(rescan.rescan_id, RescanState.DONE, DAEMON_ACTOR)
        self._log.info("rescan.done", rules=ended.new_version, rows=ended.done)
        if ended.found and not ended.scope.is_told:
            self._bus.publish(Overflowed())  # lists are loaded anew, and nobody is alarmed

    async def _audit(self, action: str, target: str) -> None:
        await self._archive.audit(
            AuditDraft(actor=DAEMON_ACTOR, role=NO_ROLE, action=action, target=target, reason=None, outcome="ok")
        )
