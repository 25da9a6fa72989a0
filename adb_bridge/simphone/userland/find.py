"""toybox: find. Source of every print and rule: toybox `find.c` 0.8.x, run side by side.

Links are not followed unless -L (or -H for the starting points): `find /sdcard` gives the link alone, `find /sdcard/`
what is behind it. Directories come in no order, as on a phone.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from ..file_entries import Entry
from .call import Call
from .find_tests import Found, Run, parse_tests

_MAX_DEPTH: Final = 200


@dataclass(slots=True)
class _Walk:
    call: Call
    run: Run
    follows: str
    status: int = 0
    seen: set[int] = field(default_factory=set)

    async def start(self, path: str) -> None:
        files = self.call.handset.files
        try:
            entry = files.lookup(path) if self.follows else files.lookup_link(path)
        except OSError as error:
            await self.call.complain(f"find: '{path}': {error}")
            self.status = 1
            return
        name = path.rstrip("/").rpartition("/")[2] or path
        await self.visit(Found(start=path, path=path, name=name, entry=entry, depth=0))

    async def visit(self, found: Found) -> None:
        """This one and what is below it."""
        if self.run.is_over:
            return
        if not self.run.is_depth_first:
            await self.run.test(found)
        if found.entry.children is not None and not found.is_pruned and found.depth < _MAX_DEPTH:
            async for child in self.below(found):
                await self.visit(child)
        if self.run.is_depth_first and not self.run.is_over:
            await self.run.test(found)

    async def below(self, found: Found) -> AsyncIterator[Found]:
        try:
            children = self.call.handset.files.entries(found.path)
        except OSError as error:
            await self.call.complain(f"find: {found.path}: {error}")
            self.status = 1
            return
        base = found.path if found.path.endswith("/") else f"{found.path}/"
        for name, entry in sorted(children, key=lambda pair: _hashed(pair[1])):
            yield Found(start=found.start, path=base + name, name=name, entry=entry, depth=found.depth + 1)


async def find(call: Call) -> int:
    """Starting points, then tests and actions; none of them means -print."""
    words = list(call.arguments)
    follows = ""
    while words and words[0] in ("-H", "-L"):
        follows = words.pop(0)
    starts: list[str] = []
    while words and not words[0].startswith("-") and words[0] not in ("!", "(", ")"):
        starts.append(words.pop(0))
    run = parse_tests(call, words)
    walk = _Walk(call, run, follows)
    for path in starts or ["."]:
        await walk.start(path)
    await run.finish()
    return walk.status or run.status


def _hashed(entry: Entry) -> int:
    """A file system's order: neither by name nor by age."""
    return entry.inode * 2_654_435_761 & 0xFFFF_FFFF
