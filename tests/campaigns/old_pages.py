"""Pages of an older archive put back under the same key, singly and in sets, and whole older files.

SQLCipher authenticates a page and its number, not its age: an old page opens as well as a new one. What finds it is the
ledger, against the heads in the archive and outside, and the sums over the tables that the ledger does not hold. A page
that changes a single value of any table, or a term of the full-text index, has to be told.
"""

import asyncio
import random
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from adb_bridge.records import Source
from crypto.database import OpenMode, Row
from crypto.opening import PAGE_BYTES
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.archive.erasing import Cause
from daemon.archive.records import DeviceRecord
from tests.archive_kit import NOON, PHONE, ingest_of, sms
from tests.integration.test_archive_queries import contact

from . import archive_work
from .doing import Doing
from .driver import Outcome
from .kit import database_in, opened, verified

SETS: Final = 400
_FILES: Final = ("archive.db", "heads.log")
_TABLES: Final = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'events_text%' ORDER BY name"
_TERMS: Final = "CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, events_text, 'instance')"
_CLERK: Final = Cause(cause="request", data_class="", actor="owner", reason="asked for")


class OldPages:
    """An archive of yesterday and the same one of today, and pages of the first put into the second."""

    def __init__(self, folder: Path) -> None:
        self._old, self._new, self._place = folder / "old", folder / "new", folder / "place"
        self._old.mkdir()
        archive_work.fill_now(self._old, 30)
        asyncio.run(self._begin())
        shutil.copytree(self._old, self._new)
        asyncio.run(self._go_on())
        shutil.copytree(self._new, self._place)
        self._old_pages, self._new_pages = (_pages(one / "archive.db") for one in (self._old, self._new))
        self._rows = _rows_in(self._new)
        both = range(min(len(self._old_pages), len(self._new_pages)))
        self._changed = [at for at in both if self._old_pages[at] != self._new_pages[at]]

    def points(self) -> list[str]:
        """Every page that differs, random sets of them, and whole files."""
        single = [f"pages/single/{at}" for at in self._changed]
        sets = [f"pages/set/{seed}" for seed in range(SETS)]
        return [*single, *sets, "pages/files/archive", "pages/files/archive+heads", "pages/files/heads"]

    def strike(self, point: str) -> Outcome:
        """Put back, and look."""
        _, kind, what = point.split("/")
        for name in _FILES:
            shutil.copy(self._new / name, self._place / name)
        match kind:
            case "files":
                for name, word in zip(_FILES, ("archive", "heads"), strict=True):
                    if word in what.split("+"):
                        shutil.copy(self._old / name, self._place / name)
                found = asyncio.run(verified(self._place, OpenMode.READ_ONLY))
                if what == "archive+heads":  # nothing in this directory can know: a witnessed head must
                    found = self._found_by_witness()
            case _:
                back = [int(what)] if kind == "single" else self._some(int(what))
                pages = [self._old_pages[at] if at in back else page for at, page in enumerate(self._new_pages)]
                (self._place / "archive.db").write_bytes(b"".join(pages))
                found = asyncio.run(verified(self._place, OpenMode.READ_ONLY))
                found = found or self._without_effect()
        problem = None if found is not None else "not found"
        return Outcome(point=point, took_effect=True, problem=problem, how=(found or "").split(" at ")[0][:80])

    def _without_effect(self) -> str | None:
        """No value of any table and no term of the index is other than it was."""
        return "no effect" if _rows_in(self._place) == self._rows else None

    def _some(self, seed: int) -> list[int]:
        chance = random.Random(seed)
        return chance.sample(self._changed, chance.randint(2, len(self._changed)))

    def _found_by_witness(self) -> str | None:
        """The newest head as it was carried out of the house: the archive that was put back is smaller."""
        log = self._place / "heads.log"
        shutil.copy(self._new / "heads.log", log)
        found = asyncio.run(verified(self._place, OpenMode.READ_ONLY))
        return None if found is None else f"only a head kept outside: {found}"

    async def _begin(self) -> None:
        archive = opened(self._old)
        try:
            picture = replace(sms(800), attributes=f'{{"attachments":[{{"sha256":"{"ab" * 32}"}}]}}')
            await archive.ingest(ingest_of([picture], cursor="30"))
            await _contacts(archive, 1)
            await archive.retention_clock.look(0.0)
        finally:
            await archive.close()
        with database_in(self._old) as database:
            database.checkpoint()

    async def _go_on(self) -> None:
        archive = opened(self._new)
        doing = Doing(lambda line: None)
        try:
            await archive_work.various_steps(archive, doing)
            await archive_work.rows_step(archive, doing, 31, 45)
            for number in (1, 2, 3):
                await archive_work.audit_step(archive, doing, number)
            await archive_work.command_steps(archive, doing, 1)
            await _beside_the_ledger(archive)
        finally:
            await archive.close()
        with database_in(self._new) as database:
            database.checkpoint()


async def _beside_the_ledger(archive: Archive) -> None:
    """A change in each table that the ledger does not hold."""
    await archive.connections.remember_address("192.0.2.7:5555")
    seen_at = NOON + timedelta(hours=2)
    await archive.put_device(
        DeviceRecord(serial=PHONE, profile=None, status=None, last_seen_at=seen_at, notice_posted=True)
    )
    await archive.retention_clock.look(60.0)
    archived = await archive.events(EventFilter(limit=1_000))
    gone = [one.ledger_index for one in archived if one.event.source_key in ("3", "800")]
    await archive.deletions.erase(gone, _CLERK)
    await _contacts(archive, 20)


async def _contacts(archive: Archive, count: int) -> None:
    events = [contact(key, f"客户{key}", f"1380000{key:04}") for key in range(1, count + 1)]
    await archive.ingest(ingest_of(events, source=Source.CONTACTS, cursor=str(count)))


def _rows_in(directory: Path) -> dict[str, list[Row]]:
    """All that lies in the archive, by table; the index's terms under its name."""
    with database_in(directory, OpenMode.READ_ONLY) as database:
        names = [str(name) for (name,) in database.fetch_all(_TABLES)]
        found = {name: database.fetch_all(f"SELECT * FROM {name}") for name in names}
        database.execute("PRAGMA query_only = OFF").close()
        database.execute(_TERMS).close()
        found["events_text"] = database.fetch_all("SELECT term, doc FROM temp.terms")
    return found


def _pages(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return [content[at : at + PAGE_BYTES] for at in range(0, len(content), PAGE_BYTES)]
