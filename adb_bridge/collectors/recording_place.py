"""The cursor of the recordings: which files were taken, in which state."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..rows import BlobRef
from .recording_look import FoundFile, Look
from .recording_pull import PullFailure

MEASURING_TRIES: Final = 3
_MOST_UNMEASURED: Final = 50
_FAILED: Final = "!"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """A recording whose duration the phone did not know yet."""

    sha256: str
    tries: int = MEASURING_TRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsPlace:
    """What the cursor holds. It grows with the files on the phone, about 40 bytes each."""

    marks: dict[str, str] = field(default_factory=dict)
    """`FoundFile.mark` of what was taken, by key; with `!` before it when it could not be read."""
    doubted: dict[str, str] = field(default_factory=dict)
    """Keys that were told absent with a doubt, and that doubt."""
    unmeasured: dict[str, Unmeasured] = field(default_factory=dict)
    passed_at_s: int | None = None
    """A complete look at everything in `marks`, Unix seconds by our clock."""

    def news(self, look: Look) -> dict[str, FoundFile]:
        """Files that were not taken as they are now, by key."""
        marks = self.marks
        return {
            key: file
            for key, file in look.files.items()
            if (mark := marks.get(key)) is None or mark.removeprefix(_FAILED) != file.mark
        }

    def with_file(self, file: FoundFile, outcome: BlobRef | PullFailure, *, is_measured: bool) -> "RecordingsPlace":
        """After the file was given as a record."""
        unmeasured = {key: one for key, one in self.unmeasured.items() if key != file.key}
        if isinstance(outcome, BlobRef):
            mark = file.mark
            if not is_measured:
                unmeasured[file.key] = Unmeasured(sha256=outcome.sha256)
        else:
            mark = _FAILED + file.mark
        return replace(
            self,
            marks=self.marks | {file.key: mark},
            doubted={key: doubt for key, doubt in self.doubted.items() if key != file.key},
            unmeasured=dict(list(unmeasured.items())[-_MOST_UNMEASURED:]),
        )

    def without(self, keys: frozenset[str], *, doubted: Mapping[str, str]) -> "RecordingsPlace":
        """After `keys` were told absent for certain; `doubted` is what stays in doubt."""
        return replace(
            self,
            marks={key: mark for key, mark in self.marks.items() if key not in keys} if keys else self.marks,
            unmeasured={key: one for key, one in self.unmeasured.items() if key not in keys},
            doubted=dict(doubted),
        )

    def retrying(self) -> "RecordingsPlace":
        """Files that could not be read are news again."""
        return replace(self, marks={key: mark for key, mark in self.marks.items() if not mark.startswith(_FAILED)})
