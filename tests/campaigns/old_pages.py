"""Pages of an older archive put back under the same key, singly and in sets, and whole older files.

SQLCipher authenticates a page and its number, not its age: an old page opens as well as a new one. What finds it is the
ledger, against the heads in the archive and outside.
"""

import asyncio
import random
import shutil
from pathlib import Path
from typing import Final

from crypto.database import OpenMode
from crypto.opening import PAGE_BYTES

from . import archive_work
from .doing import Doing
from .driver import Outcome
from .kit import database_in, facts_in, opened, verified

SETS: Final = 400
NOT_EVIDENCE: Final = frozenset({"search", "waiting to be told", "cursor", "counters"})
"""Kept outside the ledger: a page of these alone is not found. docs/faults.md says what follows."""
_FILES: Final = ("archive.db", "heads.log")


class OldPages:
    """An archive of yesterday and the same one of today, and pages of the first put into the second."""

    def __init__(self, folder: Path) -> None:
        self._old, self._new, self._place = folder / "old", folder / "new", folder / "place"
        self._old.mkdir()
        archive_work.fill_now(self._old, 30)
        shutil.copytree(self._old, self._new)
        asyncio.run(self._go_on())
        shutil.copytree(self._new, self._place)
        self._old_pages, self._new_pages = (_pages(one / "archive.db") for one in (self._old, self._new))
        self._facts = asyncio.run(facts_in(self._new))
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
                found = found or self._without_evidence()
        problem = None if found is not None else "not found"
        return Outcome(point=point, took_effect=True, problem=problem, how=(found or "").split(" at ")[0][:80])

    def _without_evidence(self) -> str | None:
        """Nothing that the ledger holds is other than it was; what is other is named."""
        facts = asyncio.run(facts_in(self._place))
        changed = {name for name, fact in facts.items() if fact != self._facts[name]}
        if changed - NOT_EVIDENCE:
            return None
        return f"not evidence: {', '.join(sorted(changed)) or 'nothing is other than it was'}"

    def _some(self, seed: int) -> list[int]:
        chance = random.Random(seed)
        return chance.sample(self._changed, chance.randint(2, len(self._changed)))

    def _found_by_witness(self) -> str | None:
        """The newest head as it was carried out of the house: the archive that was put back is smaller."""
        log = self._place / "heads.log"
        shutil.copy(self._new / "heads.log", log)
        found = asyncio.run(verified(self._place, OpenMode.READ_ONLY))
        return None if found is None else f"only a head kept outside: {found}"

    async def _go_on(self) -> None:
        archive = opened(self._new)
        doing = Doing(lambda line: None)
        try:
            await archive_work.various_steps(archive, doing)
            await archive_work.rows_step(archive, doing, 31, 45)
            for number in (1, 2, 3):
                await archive_work.audit_step(archive, doing, number)
            await archive_work.command_steps(archive, doing, 1)
        finally:
            await archive.close()
        with database_in(self._new) as database:
            database.checkpoint()


def _pages(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return [content[at : at + PAGE_BYTES] for at in range(0, len(content), PAGE_BYTES)]
