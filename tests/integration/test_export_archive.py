"""Exports in the archive: counted when asked, two people, never changed, verified with everything else."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.api.exports import ExportDisclosure, ExportState
from daemon.archive.archive import Archive
from daemon.archive.errors import ArchiveError, IllegalTransitionError, RecordNotFoundError
from daemon.archive.export_scope import ExportScope
from daemon.archive.export_steps import (
    ExportExpiredError,
    ExportStanding,
    ExportStepKind,
    OtherPersonError,
    Person,
    SamePersonError,
    state_after,
)
from daemon.archive.exports import ExportDraft, ExportStepDraft
from tests.archive_kit import NOON, OTHER_PHONE, PHONE, StepClock, archive_in, ingest_of, sms

ANNA, BO = Person(uid=1, name="anna"), Person(uid=2, name="bo")
DAY = timedelta(days=1)
T = TypeVar("T")


def with_archive(folder: Path, work: Callable[[Archive, StepClock], Awaitable[T]]) -> T:
    async def run() -> T:
        clock = StepClock()
        async with archive_in(folder, clock=clock, enrolled=(PHONE, OTHER_PHONE)) as archive:
            await archive.ingest(
                ingest_of([sms(1, b"one"), sms(2, b"two", address=b"13900000018"), sms(3, b"three", at=NOON - DAY)])
            )
            await archive.ingest(ingest_of([sms(1, b"elsewhere", device=OTHER_PHONE)], device=OTHER_PHONE))
            return await work(archive, clock)

    return asyncio.run(run())


def draft(scope: ExportScope | None = None) -> ExportDraft:
    return ExportDraft(
        asked_by=ANNA,
        case="2026-17",
        reason="court order",
        scope=scope or ExportScope(up_to=0),
        disclosure=ExportDisclosure.MASKED,
        validity=DAY,
    )


def step(kind: ExportStepKind, who: Person | None) -> ExportStepDraft:
    return ExportStepDraft(step=kind, who=who, reason="because", validity=DAY)


def test_scopes_are_counted_when_asked_and_find_the_same_later(tmp_path: Path) -> None:
    async def work(archive: Archive, _: StepClock) -> None:
        token = archive.tokens.of_number("+8613800000017").hex()
        scopes = {
            ExportScope(up_to=0): (4, 3, 2),
            ExportScope(up_to=0, device=PHONE): (3, 2, 1),
            ExportScope(up_to=0, peer_token=token): (3, 2, 2),
            ExportScope(up_to=0, conversation=archive.conversation(PHONE, "+8613900000018")): (1, 1, 1),
            ExportScope(up_to=0, conversation="cv_nothing"): (0, 0, 0),
            ExportScope(up_to=0, since=NOON): (3, 3, 2),
            ExportScope(up_to=0, until=NOON): (1, 1, 1),
            ExportScope(up_to=0, kinds=("call",)): (0, 0, 0),
            ExportScope(up_to=0, employee="林小雨"): (3, 3, 2),  # the third was received before
            ExportScope(up_to=0, employee="nobody"): (0, 0, 0),
        }
        asked = {scope: await archive.exports.ask(draft(scope)) for scope in scopes}
        await archive.ingest(ingest_of([sms(9, b"later")]))
        for scope, (records, conversations, phones) in scopes.items():
            export = asked[scope]
            count = export.count
            assert (count.records, count.conversations, count.phones) == (records, conversations, phones), scope
            assert await archive.exports.count(export.scope) == count
            assert len(await archive.exports.indexes(export.scope)) == records
        assert (await archive.verify()).ok

    with_archive(tmp_path, work)


def test_two_people_and_a_time(tmp_path: Path) -> None:
    async def work(archive: Archive, clock: StepClock) -> None:
        book = archive.exports
        asked = await book.ask(draft())
        assert asked.state is ExportState.ASKED and asked.expires_at == NOON + DAY
        for who, error in ((ANNA, SamePersonError), (Person(uid=9, name="ANNA"), SamePersonError)):
            with pytest.raises(error):
                await book.take(asked.export_id, step(ExportStepKind.APPROVE, who))
        with pytest.raises(IllegalTransitionError):
            await book.take(asked.export_id, step(ExportStepKind.EXECUTE, ANNA))
        with pytest.raises(RecordNotFoundError):
            await book.take("ex_0", step(ExportStepKind.APPROVE, BO))
        clock.advance(3600)
        approved = await book.take(asked.export_id, step(ExportStepKind.APPROVE, BO))
        assert approved.approved_by == "bo" and approved.expires_at == NOON + DAY + timedelta(hours=1)
        with pytest.raises(OtherPersonError):
            await book.take(asked.export_id, step(ExportStepKind.EXECUTE, BO))
        done = ExportStepDraft(step=ExportStepKind.EXECUTE, who=ANNA, bundle_id="eb_1", manifest_sha256=bytes(32))
        assert (await book.take(asked.export_id, done)).state is ExportState.EXECUTED
        waiting = await book.ask(draft())
        clock.advance(2 * 86_400)
        with pytest.raises(ExportExpiredError):
            await book.take(asked.export_id, done)
        with pytest.raises(ExportExpiredError):
            await book.take(waiting.export_id, step(ExportStepKind.APPROVE, BO))
        assert await book.expire() == 1
        assert await book.expire() == 0
        states = {export.export_id: export.state for export in await book.all()}
        assert states == {asked.export_id: ExportState.EXECUTED, waiting.export_id: ExportState.EXPIRED}
        assert (await archive.verify()).ok

    with_archive(tmp_path, work)


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(ExportStepKind),
            st.sampled_from([None, ANNA, BO, Person(uid=1, name="other"), Person(uid=3, name="Anna")]),
            st.integers(0, 20),
        ),
        max_size=12,
    )
)
def test_nothing_leaves_without_a_second_person_in_time(
    steps: list[tuple[ExportStepKind, Person | None, int]],
) -> None:
    state, now, expires_at = ExportState.ASKED, NOON, NOON + DAY
    has_second_person = False
    for kind, who, hours in steps:
        now += timedelta(hours=hours)
        standing = ExportStanding(state=state, asked_by=ANNA, expires_at=expires_at)
        try:
            reached = state_after(standing, kind, who, now)
        except ArchiveError:
            continue
        if reached is ExportState.APPROVED:
            assert who == BO and state is ExportState.ASKED and now < expires_at
            has_second_person, expires_at = True, now + DAY
        if reached is ExportState.EXECUTED:
            assert has_second_person and who is not None and who.uid == ANNA.uid and now < expires_at
        if reached is ExportState.EXPIRED:
            assert now >= expires_at
        assert state not in {ExportState.REFUSED, ExportState.EXPIRED}, "these are ends"
        state = reached
