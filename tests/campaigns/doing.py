"""What a stage's process says of itself: which steps were acknowledged, which were refused, and how it ended."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Protocol, TypeVar

from crypto.errors import DiskFullError, StorageError
from daemon.archive.errors import ArchiveBrokenError, ArchiveFullError
from daemon.backup.errors import PlaceFailedError, PlaceFullError
from daemon.errors import StateError

T = TypeVar("T")

REFUSALS: Final = (
    ArchiveFullError, ArchiveBrokenError, DiskFullError, StorageError, StateError, PlaceFullError, PlaceFailedError
)  # fmt: skip
"""The only errors that a full or failing disk may show."""
_MOST_TRIES: Final = 3


class Doing:
    """Handed to a stage. Lines go out at once: what was said was acknowledged before any later fault."""

    def __init__(self, say: Callable[[str], None], on_refusal: Callable[[], None] | None = None) -> None:
        """`on_refusal` is called after a refusal, to give the disk back; None: refusals are failures."""
        self._say = say
        self._on_refusal = on_refusal

    def say(self, line: str) -> None:
        """Something was acknowledged."""
        self._say(f"+ {line}")

    def call(self, name: str, work: Callable[[], T]) -> T:
        """Do it; a refusal is told and, once the disk works again, the same is asked again."""
        for _ in range(_MOST_TRIES):
            try:
                result = work()
            except REFUSALS as error:
                self._refused(name, error)
                continue
            self.say(name)
            return result
        raise AssertionError(f"{name} is refused although the disk works")

    async def step(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        """The same for what is awaited."""
        for _ in range(_MOST_TRIES):
            try:
                result = await work()
            except REFUSALS as error:
                self._refused(name, error)
                continue
            self.say(name)
            return result
        raise AssertionError(f"{name} is refused although the disk works")

    def refuse(self, name: str, code: int) -> None:
        """A command line was refused with the contract's exit code."""
        if self._on_refusal is None:
            raise AssertionError(f"{name} ended with {code}")
        self._say(f"- {name}: exit {code}")
        self._on_refusal()

    def _refused(self, name: str, error: Exception) -> None:
        if self._on_refusal is None:
            raise error
        self._say(f"- {name}: {type(error).__name__}")
        self._on_refusal()


class Said:
    """The lines of one process, read again."""

    def __init__(self, lines: list[str]) -> None:
        self.acknowledged = [line[2:] for line in lines if line.startswith("+ ")]
        self.refused = [line[2:] for line in lines if line.startswith("- ")]

    def numbers(self, word: str) -> list[int]:
        """The numbers of the acknowledged `word N`."""
        return [int(line.split()[1]) for line in self.acknowledged if line.split()[0] == word]

    def __contains__(self, line: str) -> bool:
        return line in self.acknowledged


class Stage(Protocol):
    """A part of the vault's life that is broken at each of its write-like calls."""

    @property
    def name(self) -> str: ...

    def prepare(self, directory: Path) -> None:
        """What is there before."""

    async def run(self, directory: Path, doing: Doing) -> None:
        """What is broken. Deterministic in the calls it makes."""

    async def check(self, directory: Path, said: Said) -> None:
        """What must hold after, and that it goes on. AssertionError says what does not."""
