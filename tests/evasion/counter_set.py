"""Messages as a shop's counter sees them, by another hand than the other sets: `counter/*.txt`.

`disguised.txt`: kind, the word meant and the message, the disguise in `[[ ]]`. `honest.txt`: messages that sound or
look like such words, many on purpose, and ordinary talk of the same shops; some say a word plainly. Written before
anything was measured by them, and never mended since.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from policies.engine import Engine

FOLDER: Final = Path(__file__).with_name("counter")
KINDS: Final = {
    "m": "mechanical",
    "h": "homophone",
    "p": "pinyin",
    "l": "lookalike",
    "s": "split",
    "x": "mixed",
}
_DISGUISE: Final = re.compile(r"(.*)\[\[(.+)\]\](.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterMessage:
    """A message with where its disguise stands and the word meant by it."""

    kind: str
    word: str
    text: str
    start: int
    end: int


@lru_cache(maxsize=1)
def disguised() -> tuple[CounterMessage, ...]:
    """In the order of the file."""
    return read_disguised(FOLDER)


@lru_cache(maxsize=1)
def honest() -> tuple[str, ...]:
    """In the order of the file."""
    return read_lines(FOLDER / "honest.txt")


def read_disguised(folder: Path) -> tuple[CounterMessage, ...]:
    """The messages of its `disguised.txt`, in their order."""
    return tuple(map(_read, read_lines(folder / "disguised.txt")))


def read_lines(file: Path) -> tuple[str, ...]:
    """The lines of a file in UTF-8."""
    return tuple(file.read_text("utf-8").splitlines())


def unmarked(marked: str) -> tuple[str, int, int]:
    """A message without its `[[ ]]`, and where what stood in them begins and ends."""
    found = _DISGUISE.fullmatch(marked)
    assert found is not None, marked
    before, inside, after = found.groups()
    return before + inside + after, len(before), len(before) + len(inside)


def _read(line: str) -> CounterMessage:
    kind, word, marked = line.split("|", 2)
    text, start, end = unmarked(marked)
    return CounterMessage(kind=KINDS[kind], word=word, text=text, start=start, end=end)


def recall_by_kind(engine: Engine, messages: Iterable[CounterMessage]) -> dict[str, float]:
    """What part of each kind has a hit where its disguise stands."""
    asked, found = Counter[str](), Counter[str]()
    for message in messages:
        asked[message.kind] += 1
        found[message.kind] += any(h.start < message.end and message.start < h.end for h in engine.hits(message.text))
    return {kind: found[kind] / asked[kind] for kind in asked}
