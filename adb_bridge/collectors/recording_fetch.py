"""One call's work on files: which are complete, which come first, and their bytes into sealed files."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from ..clock import Clock
from ..errors import AdbBridgeError
from ..phone_time import PhoneZone
from ..recordings.folders import Folder
from ..rows import BlobRef
from ..session import Session
from .base import BlobRefusedError, Holdings
from .recording_facts import PhoneMoment, read_media, read_moment
from .recording_look import FoundFile, Look, look
from .recording_place import RecordingsPlace
from .recording_pull import Pull, PullFailure

_IN_CALL_QUIET_S: Final = 20
_GROUP_FILES: Final = 20
_GROUP_BYTES: Final = 32 * 1024 * 1024
_OVERTAKE_S: Final = 4.0
"""How often a long fetch looks whether something newer is complete."""


@dataclass(slots=True)
class Group:
    """What one round fetched."""

    zone: PhoneZone
    fetched: list[tuple[FoundFile, BlobRef | PullFailure]] = field(default_factory=list)
    durations_ms: dict[str, int] = field(default_factory=dict)
    """By key, where the phone told it."""
    trouble: AdbBridgeError | BlobRefusedError | None = None
    """What ended the round; the files before it are whole."""


class Fetching:
    """The state of one `collect`; gone with it."""

    def __init__(
        self,
        session: Session,
        folders: Sequence[Folder],
        known: Holdings,
        clock: Clock,
        *,
        settle_s: float,
        calm: Mapping[str, int],
    ) -> None:
        self._session = session
        self._folders = folders
        self._known = known
        self._clock = clock
        self._settle_s = settle_s
        self._calm = calm
        self._alike_since_s: dict[str, tuple[FoundFile, float]] = {}
        self._held: set[str] = set()
        """Keys that are left for a later call: being written by the phone's word, or changed under our hands."""

    async def refresh(self) -> Look:
        """Look once more.

        Raises:
            As `look`.
        """
        seen = await look(self._session, self._folders, self._calm)
        now_s = self._clock.monotonic()
        before = self._alike_since_s
        self._alike_since_s = {
            key: was if (was := before.get(key)) is not None and was[0] == file else (file, now_s)
            for key, file in seen.files.items()
        }
        return seen

    def has_unfinished(self, place: RecordingsPlace, seen: Look) -> bool:
        """Whether files are left that are not complete yet."""
        return bool(place.news(seen))

    async def choose(self, place: RecordingsPlace, seen: Look) -> tuple[FoundFile, ...]:
        """The complete files of the next round, newest first; waits once until two looks agree. () when nothing is
        complete.

        Raises:
            As `look`.
        """
        ready = self._ready(place, seen)
        if not ready and place.news(seen).keys() - self._held:
            await asyncio.sleep(self._settle_s)
            ready = self._ready(place, await self.refresh())
        return _one_round(ready)

    async def fetch(
        self, files: Sequence[FoundFile], place: RecordingsPlace, group: Group
    ) -> AsyncGenerator[None, None]:
        """Fetch into `group`; yields as a sign of life. Ends early when something newer is complete.

        Raises:
            DeviceUnavailableError, ServerUnavailableError: before the first file was begun; later trouble is in
                `group`.
        """
        moment = await read_moment(self._session)
        group.zone = moment.zone
        media = await read_media(self._session, files)
        busy = {file.key for file in files if _is_being_written(file, moment)}
        busy |= {key for key, facts in media.items() if facts.is_pending}
        self._held |= busy
        try:
            async with aclosing(self._pull([file for file in files if file.key not in busy], place, group)) as ticks:
                async for _ in ticks:
                    yield
        except (AdbBridgeError, BlobRefusedError) as error:
            group.trouble = error
        group.durations_ms = {key: facts.duration_ms for key, facts in media.items() if facts.duration_ms is not None}
        untold = [file for file, _ in group.fetched if file.key not in group.durations_ms]
        if untold and group.trouble is None:
            # The index often learns of a file some seconds after it was closed.
            with contextlib.suppress(AdbBridgeError):
                late = await read_media(self._session, untold)
                group.durations_ms |= {
                    key: facts.duration_ms for key, facts in late.items() if facts.duration_ms is not None
                }

    async def _pull(
        self, files: Sequence[FoundFile], place: RecordingsPlace, group: Group
    ) -> AsyncGenerator[None, None]:
        looked_s = self._clock.monotonic()
        for file in files:
            pull = Pull(self._session, file, self._known, self._clock)
            async with aclosing(pull.run()) as ticks:
                async for _ in ticks:
                    yield
                    if self._clock.monotonic() - looked_s >= _OVERTAKE_S:
                        looked_s = self._clock.monotonic()
                        newer = self._ready(place, await self.refresh())
                        if any(one.modified_s > file.modified_s for one in newer if one not in files):
                            return
            if pull.outcome is PullFailure.CHANGED:
                self._held.add(file.key)
            elif pull.outcome is not None:
                group.fetched.append((file, pull.outcome))

    def _ready(self, place: RecordingsPlace, seen: Look) -> list[FoundFile]:
        latest_s = self._clock.monotonic() - self._settle_s
        return sorted(
            (
                file
                for key, file in place.news(seen).items()
                if key not in self._held and self._alike_since_s[key][1] <= latest_s
            ),
            key=lambda file: (-file.modified_s, file.key),
        )


def _one_round(ready: Sequence[FoundFile]) -> tuple[FoundFile, ...]:
    """The first files, at least one, that make 32 MiB or twenty."""
    chosen: list[FoundFile] = []
    size_bytes = 0
    for file in ready[:_GROUP_FILES]:
        size_bytes += file.size_bytes
        if chosen and size_bytes > _GROUP_BYTES:
            break
        chosen.append(file)
    return tuple(chosen)


def _is_being_written(file: FoundFile, moment: PhoneMoment) -> bool:
    """Recorders write in bursts: while a line is off-hook, a file counts as written that was touched just now."""
    if not moment.is_in_call or moment.now_s is None:
        return False
    return abs(moment.now_s - file.modified_s) < _IN_CALL_QUIET_S
