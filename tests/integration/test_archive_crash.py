"""kill -9 of a process that ingests: contents, cursor and ledger agree, and nothing acknowledged is lost."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from adb_bridge.records import Source
from daemon.archive.archive import ArchiveSettings
from daemon.archive.drafts import AlertFilter, EventFilter
from tests.archive_kit import PHONE, archive_in, ingest_of, sms, verdict, whole_text

ROWS_A_BATCH = 40


async def ingest_for_ever(directory: Path) -> None:
    """Batches from the cursor on; says each cursor that was acknowledged."""
    async with archive_in(directory, settings=ArchiveSettings(head_interval_s=0.05)) as archive:
        done = int(await archive.cursor(PHONE, Source.SMS) or 0)
        say("ready")
        while True:
            events = [sms(key, f"第{key}条".encode()) for key in range(done + 1, done + ROWS_A_BATCH + 1)]
            done += ROWS_A_BATCH
            await archive.ingest(ingest_of(events, cursor=str(done), verdicts=[verdict()]))
            say(str(done))


def say(line: str) -> None:
    """One write a line: with an unbuffered interpreter `print` makes two, and a kill may fall between them."""
    os.write(1, f"{line}\n".encode())


NURSERY = """
import asyncio, os, pathlib, sys
from tests.integration.test_archive_crash import ingest_for_ever, say
directory = pathlib.Path(sys.argv[1])
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        say(str(os.getpid()))
        asyncio.run(ingest_for_ever(directory))
    os.waitpid(child, 0)
    say("gone")
"""
"""A process for each line that comes in, without loading the program anew for each."""


class Nursery:
    """Starts processes that ingest, and kills them."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY, str(directory)], cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run_and_kill(self, after_s: float, *, after_commits: int = 0) -> int:
        """The last cursor the process acknowledged before it was killed, so long after so many acknowledgements."""
        orders, said = self._process.stdin, self._process.stdout
        assert orders is not None and said is not None
        orders.write("go\n")
        orders.flush()
        pid = int(said.readline())
        assert said.readline() == "ready\n"
        acknowledged = 0
        for _ in range(after_commits):
            acknowledged = int(said.readline())
        time.sleep(after_s)
        os.kill(pid, signal.SIGKILL)
        while (line := said.readline()) != "gone\n":
            acknowledged = int(line)
        return acknowledged

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def test_killed_at_random_moments(tmp_path: Path) -> None:
    rng = random.Random(20260504)
    acknowledged = 0
    with Nursery(tmp_path) as nursery:
        for _ in range(8):
            acknowledged = max(acknowledged, nursery.run_and_kill(rng.uniform(0.01, 0.35), after_commits=1))
            asyncio.run(check(tmp_path, acknowledged))
    assert acknowledged > 0


async def check(directory: Path, acknowledged: int) -> None:
    async with archive_in(directory) as archive:
        cursor = int(await archive.cursor(PHONE, Source.SMS) or 0)
        assert cursor >= acknowledged
        present = await archive.present_ids(PHONE, Source.SMS, 0, cursor + 10 * ROWS_A_BATCH)
        assert present == set(range(1, cursor + 1))
        assert (await archive.counts()).events == cursor
        newest = await archive.events(EventFilter(limit=ROWS_A_BATCH))
        assert {archived.event.body for archived in newest} == {
            f"第{key}条".encode() for key in range(cursor - ROWS_A_BATCH + 1, cursor + 1)
        }
        result = await archive.verify()
        assert result.ok, result
        assert archive.head_finding is None
        # every event has its alert, every alert is still in the outbox
        assert sum(one.count for one in (await archive.counts()).open_alerts) == cursor
        assert len(await archive.take_outbox(5_000)) == min(cursor, 5_000)
        assert len(await archive.alerts(AlertFilter(limit=5_000))) == min(cursor, 5_000)
        page = await archive.search(f"第{cursor}条", EventFilter(), visible=whole_text)
        assert len(page.found) == 1


def test_killed_at_more_moments_of_a_commit(tmp_path: Path) -> None:
    rng = random.Random(7)
    acknowledged = 0
    with Nursery(tmp_path) as nursery:
        for number in range(25):
            acknowledged = max(acknowledged, nursery.run_and_kill(rng.uniform(0.0, 0.03), after_commits=number % 2))
    asyncio.run(check(tmp_path, acknowledged))
