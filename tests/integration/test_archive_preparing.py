"""What is prepared ahead of its turn: the same archive, whoever had time for what."""

import asyncio
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.archive.archive import tokens_of
from daemon.archive.drafts import EventFilter
from daemon.archive.errors import UnitRefusedError
from daemon.archive.preparing import Ahead, Assistant, prepared
from tests.archive_kit import archive_in, ingest_of, sms, vault_keys

EVENTS = [sms(key, f"第{key}条，微信wx{key}".encode()) for key in range(1, 301)]


def test_all_is_prepared_in_chunks_and_stops_when_it_is_not_wanted(tmp_path: Path) -> None:
    tokens = tokens_of(vault_keys(tmp_path))
    ahead = Ahead(EVENTS, tokens)
    asked = iter([True, True])
    ahead.work(lambda: next(asked, False))
    some = ahead.ready()
    assert 0 < len(some) < len(EVENTS)
    assert list(some) == [event.token for event in EVENTS[: len(some)]]
    ahead.work(lambda: True)
    assert ahead.ready() == some  # once it was asked for, nothing more is made


def test_ahead_or_not_gives_the_same_but_for_its_randomness(tmp_path: Path) -> None:
    tokens = tokens_of(vault_keys(tmp_path))
    ahead = Ahead(EVENTS, tokens)
    ahead.work(lambda: True)
    made = ahead.ready()
    for event, one in prepared(EVENTS, tokens).items():
        there = made[event]
        assert (there.token, there.key, there.kind, there.terms) == (one.token, one.key, one.kind, one.terms)
        assert there.opening != one.opening
        assert there.commitment != one.commitment


async def test_what_waits_while_the_disk_works_is_prepared_and_everything_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many units at once, with rows that are there already, rows twice in a unit, and edited ones."""
    used: list[int] = []
    begin = Assistant.begin

    def counted(self: Assistant, waiting: Iterable[Ahead]) -> None:
        units = tuple(waiting)
        begin(self, units)
        used.append(len(units))
        time.sleep(0.002)  # a slow disk

    monkeypatch.setattr(Assistant, "begin", counted)
    monkeypatch.setattr("daemon.archive.writer._MOST_GROUP_ROWS", 60)
    edited = [sms(key, f"改{key}".encode()) for key in range(1, 301)]
    units = [EVENTS[at : at + 50] for at in range(0, 300, 50)]
    units += [EVENTS[at : at + 50] + edited[at : at + 30] * 2 for at in range(0, 300, 50)]
    async with archive_in(tmp_path) as archive:
        await asyncio.gather(*(archive.ingest(ingest_of(unit)) for unit in units))
        found = await archive.events(EventFilter(limit=10_000))
        assert {one.event.text for one in found} == {event.text for unit in units for event in unit}
        assert len(found) == 300 + 180
        assert (await archive.verify()).ok
        assert await archive.scrub.index() is None
    assert max(used) > 1


async def test_what_cannot_be_prepared_is_told_to_who_gave_it(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        broken = replace(EVENTS[1], attributes="\ud800")
        results = await asyncio.gather(
            *(archive.ingest(ingest_of([one])) for one in (EVENTS[0], broken, EVENTS[2])), return_exceptions=True
        )
        assert isinstance(results[1], UnitRefusedError)
        assert len(await archive.events(EventFilter())) == 2


async def test_no_thread_is_left(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of(EVENTS[:3]))
        assert "archive-assistant" in {thread.name for thread in threading.enumerate()}
    assert "archive-assistant" not in {thread.name for thread in threading.enumerate()}
