"""Messages as staff and customers of a shop write them who dodge filters, by yet another hand: `street/*.txt`.

`disguised.txt` is as of `counter_set`. `honest.txt`: ordinary talk of shops, no traps. `contacts.txt`: the kind of a
contact detail and the message, the detail in `[[ ]]`. `numbers.txt`: honest messages with numbers that are none.
Written before anything was measured by them and before any rule was looked at, and never mended since.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from .counter_set import CounterMessage, read_disguised, read_lines, unmarked

FOLDER: Final = Path(__file__).with_name("street")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMessage:
    """A message with where its contact detail stands and what kind of one it is."""

    kind: str
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


@lru_cache(maxsize=1)
def contacts() -> tuple[ContactMessage, ...]:
    """In the order of the file."""
    return tuple(map(_contact, read_lines(FOLDER / "contacts.txt")))


@lru_cache(maxsize=1)
def numbers() -> tuple[str, ...]:
    """In the order of the file."""
    return read_lines(FOLDER / "numbers.txt")


def _contact(line: str) -> ContactMessage:
    kind, marked = line.split("|", 1)
    text, start, end = unmarked(marked)
    return ContactMessage(kind=kind, text=text, start=start, end=end)
