"""Commands in the archive: written together, asked for once, agreed to by a second person, gone with all their rows."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adb_bridge.verbs.result import StepTrace
from daemon.api.wire import CommandState, Verb
from daemon.archive.archive import Archive
from daemon.archive.data_classes import DataClass
from daemon.archive.drafts import (
    BatchDraft,
    BatchTarget,
    CommandChange,
    CommandDraft,
    CommandFilter,
    CommandsDraft,
    RequestKey,
)
from daemon.archive.erasing import Cause
from daemon.archive.errors import IllegalTransitionError, KeyReusedError, UnitRefusedError
from daemon.archive.records import Approval
from tests.archive_kit import NOON, OTHER_PHONE, PHONE, StepClock, archive_in

KEY = RequestKey(asked_by="owner", key="night-0001", request_sha256=bytes(32))
TRACE = StepTrace(step="sleep", code="ok", exit_code=0, stderr_sha256=None)


def draft(command_id: str, *, needs_approval: bool = False) -> CommandDraft:
    return CommandDraft(
        command_id=command_id, device=PHONE, verb=Verb.LOCK, parameters="{}", reason="lost", requested_by="owner",
        requested_uid=7, expires_at=NOON + timedelta(hours=24), needs_approval=needs_approval,
    )  # fmt: skip


def batch() -> CommandsDraft:
    commands = (draft("cm_1"), replace(draft("cm_2"), device=OTHER_PHONE))
    targets = (
        BatchTarget(device=PHONE, command_id="cm_1"), BatchTarget(device=OTHER_PHONE, command_id="cm_2"),
    )  # fmt: skip
    kept = BatchDraft(
        batch_id="cb_1", verb=Verb.LOCK, parameters="{}", reason="lost", requested_by="owner", targets=targets
    )
    return CommandsDraft(commands=commands, role="owner", batch=kept, key=KEY)


def step(to: CommandState, **more: object) -> CommandChange:
    return CommandChange(to=to, actor="daemon", role="-", result=None, **more)  # type: ignore[arg-type]


async def finish(archive: Archive, command_id: str) -> None:
    await archive.command_transition(command_id, step(CommandState.SENT))
    await archive.command_transition(command_id, step(CommandState.ACKNOWLEDGED, steps=(TRACE,)))


async def test_a_batch_is_written_whole_and_once(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        book = archive.command_book
        first = await book.put(batch())
        assert (first.is_new, [one.batch_id for one in first.commands]) == (True, ["cb_1", "cb_1"])
        again = await book.put(replace(batch(), commands=(), batch=None))
        assert (again.is_new, again.batch_id) == (False, "cb_1")
        assert [one.command_id for one in again.commands] == ["cm_1", "cm_2"]
        with pytest.raises(KeyReusedError):
            await book.put(replace(batch(), key=replace(KEY, request_sha256=bytes(31) + b"x")))
        with pytest.raises(UnitRefusedError):
            await book.put(replace(batch(), key=None))  # the ids are taken: nothing of it is kept
        assert [one.batch_id for one in await book.batches(limit=10)] == ["cb_1"]
        assert len(await archive.audit_entries(limit=100)) == 2
        assert len(await archive.commands(CommandFilter(batch_id="cb_1"))) == 2
        assert (await archive.verify()).ok
    async with archive_in(tmp_path, enrolled=()) as archive:
        kept = await archive.command_book.by_key(KEY)
        assert kept is not None and kept.batch_id == "cb_1"


async def test_what_another_person_has_to_agree_to_is_not_sent_before(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.put_command(draft("cm_1", needs_approval=True))
        with pytest.raises(IllegalTransitionError):
            await archive.command_transition("cm_1", step(CommandState.SENT))
        agreed = await archive.command_transition("cm_1", step(CommandState.QUEUED))
        assert (agreed.approval, agreed.state, agreed.requested_uid) == (Approval.GIVEN, CommandState.QUEUED, 7)
        with pytest.raises(IllegalTransitionError):
            await archive.command_transition("cm_1", step(CommandState.QUEUED))
        assert (await archive.command_transition("cm_1", step(CommandState.SENT))).tries == 1
        assert (await archive.verify()).ok


async def test_old_commands_go_with_everything_that_hangs_on_them(tmp_path: Path) -> None:
    clock = StepClock()
    cause = Cause(cause="retention", data_class="oversight", actor="daemon", reason="old")
    async with archive_in(tmp_path, clock=clock) as archive:
        await archive.command_book.put(batch())
        await finish(archive, "cm_1")
        clock.advance(10)
        await archive.deletions.erase_aged(DataClass.OVERSIGHT, clock.now(), cause)
        assert [one.command_id for one in await archive.commands(CommandFilter())] == ["cm_2"], "one is still open"
        assert await archive.command_book.batch("cb_1") is not None
        await finish(archive, "cm_2")
        assert (await archive.command_book.changes("cm_2"))[1].steps == (TRACE,)
        await archive.deletions.erase_aged(DataClass.OVERSIGHT, clock.now(), cause)
        assert await archive.commands(CommandFilter()) == ()
        assert await archive.command_book.batch("cb_1") is None
        assert await archive.command_book.by_key(KEY) is None
        assert (await archive.verify()).ok
