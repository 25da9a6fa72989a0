"""Calls as they happen: the state that `dumpsys telephony.registry` shows, then the call log row and the recording."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import count
from typing import Final
from zlib import crc32

from .apps import App
from .contents import Synthetic
from .foreground import Foreground
from .recording_names import Direction, RecordingRules
from .recordings import Recording, Recordings
from .rows import CallKind
from .store import PhoneStore
from .switches import SwitchState

SECOND_BYTES: Final = 1_600
"""What the dialer writes for a second of sound."""


class CallState(IntEnum):
    """`mCallState`."""

    IDLE = 0
    RINGING = 1
    OFF_HOOK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """One SIM slot."""

    state: CallState = CallState.IDLE
    number: str = ""
    """Who calls; empty for a call that this phone makes."""


@dataclass(slots=True, kw_only=True)
class _Ongoing:
    number: str
    slot: int
    direction: Direction
    began_at: datetime
    planned_s: int | None
    answered_at: datetime | None = None
    recording: Recording | None = None


class Calls:
    """The one call a phone may be in. All times are the phone's."""

    def __init__(
        self,
        *,
        slots: int,
        dialer: App,
        store: PhoneStore,
        foreground: Foreground,
        recordings: Recordings,
        rules: RecordingRules | None,
        now: Callable[[], datetime],
        localise: Callable[[datetime], datetime],
    ) -> None:
        """`localise` gives a time in the phone's zone."""
        self.recorder = SwitchState.ON
        """Whether the person lets the dialer record every call; without rules it records none."""
        self._slots = slots
        self._dialer = dialer
        self._store = store
        self._foreground = foreground
        self._recordings = recordings
        self._rules = rules
        self._now = now
        self._localise = localise
        self._call: _Ongoing | None = None

    @property
    def is_busy(self) -> bool:
        """Whether there is a call."""
        return self._call is not None

    @property
    def is_dialling(self) -> bool:
        """A call that this phone makes and nobody has taken yet."""
        call = self._call
        return call is not None and call.direction is Direction.OUT and call.answered_at is None

    @property
    def lines(self) -> tuple[LineState, ...]:
        """The SIM slots, first to last."""
        call = self._call
        idle = LineState()
        if call is None:
            return (idle,) * self._slots
        is_incoming = call.direction is Direction.IN
        is_ringing = is_incoming and call.answered_at is None
        state = CallState.RINGING if is_ringing else CallState.OFF_HOOK
        busy = LineState(state=state, number=call.number if is_incoming else "")
        return tuple(busy if slot == call.slot else idle for slot in range(self._slots))

    def ring(self, number: str, *, slot: int = 0, duration_s: int | None = None) -> None:
        """Somebody calls. With `duration_s` the call began that long ago, so that nobody needs to wait for it to
        last. Raise `RuntimeError` during a call, `ValueError` for a slot the phone does not have."""
        self._begin(number, Direction.IN, slot, duration_s)

    def dial(self, number: str, *, slot: int = 0, duration_s: int | None = None) -> None:
        """The person calls somebody; as `ring`."""
        self._begin(number, Direction.OUT, slot, duration_s)

    def answer(self) -> None:
        """The other side, or this one, takes the call; the recording begins. Raise `RuntimeError` without a call."""
        call = self._ongoing()
        if call.answered_at is not None:
            return
        call.answered_at = self._now() if call.planned_s is None else call.began_at
        self._foreground.stay(self._dialer)
        if self._rules is not None and self.recorder is SwitchState.ON:
            path = self._free(
                self._rules.path(
                    number=call.number,
                    name=self._store.name_of(call.number),
                    at=self._localise(call.answered_at),
                    direction=call.direction,
                )
            )
            sound = Synthetic(SECOND_BYTES, seed=crc32(path.encode("utf-8", "replace")))
            call.recording = self._recordings.begin(path, content=sound)

    def hang_up(self) -> int:
        """The call ends: idle at once, then the recording, then the row. A call that nobody took is missed, or, when
        dialled, of no length. Return the row's id. Raise `RuntimeError` without a call, `OSError` as recordings do."""
        call = self._ongoing()
        kind = CallKind.OUTGOING if call.direction is Direction.OUT else CallKind.INCOMING
        if call.answered_at is None and kind is CallKind.INCOMING:
            kind = CallKind.MISSED
        return self._end(call, kind)

    def reject(self) -> int:
        """The person does not take the call that rings; as `hang_up`."""
        return self._end(self._ongoing(), CallKind.REJECTED)

    def drop(self) -> None:
        """The phone loses power during a call: no row, the recording stays unfinished."""
        self._call = None

    def _begin(self, number: str, direction: Direction, slot: int, duration_s: int | None) -> None:
        if self._call is not None:
            raise RuntimeError("there is a call already")
        if not 0 <= slot < self._slots:
            raise ValueError(f"slot must be 0..{self._slots - 1}")
        began_at = self._now() - timedelta(seconds=duration_s or 0)
        self._call = _Ongoing(number=number, slot=slot, direction=direction, began_at=began_at, planned_s=duration_s)
        self._foreground.stay(self._dialer)

    def _end(self, call: _Ongoing, kind: CallKind) -> int:
        self._call = None
        duration_s = 0
        if call.answered_at is not None:
            lasted = (self._now() - call.answered_at).total_seconds()
            duration_s = max(0, int(lasted)) if call.planned_s is None else call.planned_s
        if call.recording is not None:
            call.recording.resize(max(1, duration_s) * SECOND_BYTES)
            call.recording.finish(duration_ms=max(1, duration_s) * 1_000)
        return self._store.add_call(
            number=call.number or None,
            kind=kind,
            duration_s=duration_s,
            name=self._store.name_of(call.number),
            at=call.began_at,
            sub_id=call.slot + 1,
        )

    def _free(self, path: str) -> str:
        """A name that no other recording has: a number in parentheses is added, as the media provider does."""
        taken = {one.path for one in self._recordings.truth()}
        stem, dot, extension = path.rpartition(".")
        names = (f"{stem} ({number}){dot}{extension}" for number in count(1))
        return path if path not in taken else next(name for name in names if name not in taken)

    def _ongoing(self) -> _Ongoing:
        if self._call is None:
            raise RuntimeError("there is no call")
        return self._call
