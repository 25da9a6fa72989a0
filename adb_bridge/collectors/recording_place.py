"""The cursor of the recordings: which files were taken, in which state."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..rows import BlobRef
from .recording_look import FoundFile, Look, folder_part
from .recording_pull import PullFailure

MEASURING_TRIES: Final = 3
_MOST_UNMEASURED: Final = 50
_FAILED: Final = "!"
_CONFIRM_S: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """A recording whose duration the phone did not know yet."""

    sha256: str
    tries: int = MEASURING_TRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """A large folder in which nothing is left to take."""

    modified_s: int
    """When names last came or went, by the phone's clock: whole seconds, so a second look must confirm it."""
    since_s: int
    """First seen so, Unix seconds by our clock."""
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsPlace:
    """What the cursor holds. It grows with the files on the phone, about 40 bytes each."""

    marks: dict[str, str] = field(default_factory=dict)
    """`FoundFile.mark` of what was taken, by key; with `!` before it when it could not be read."""
    doubted: dict[str, str] = field(default_factory=dict)
    """Keys that were told absent with a doubt, and that doubt."""
    unmeasured: dict[str, Unmeasured] = field(default_factory=dict)
    calm: dict[str, Calm] = field(default_factory=dict)
    """By the folder's part of the keys."""
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

    def calm_times_s(self) -> dict[str, int]:
        """Folders that need not be listed while they have this time."""
        return {part: one.modified_s for part, one in self.calm.items() if one.is_confirmed}

    def calmed(self, look: Look, now_s: int) -> "RecordingsPlace":
        """After everything complete in `look` was taken."""
        busy = {folder_part(key) for key in self.news(look)}
        calm = {part: one for part, one in self.calm.items() if part in look.skipped}
        for part, modified_s in look.folder_times_s.items():
            was = self.calm.get(part)
            if part in busy:
                continue
            if was is None or was.modified_s != modified_s:
                calm[part] = Calm(modified_s=modified_s, since_s=now_s)
            else:
                is_confirmed = was.is_confirmed or not 0 <= now_s - was.since_s < _CONFIRM_S
                calm[part] = replace(was, is_confirmed=is_confirmed)
        return self if calm == self.calm else replace(self, calm=calm)

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
