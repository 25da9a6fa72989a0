"""Calls concluded from the telephony state, for phones that deny their call log (Android 11 and older, some vendors).

Rules:
- Off-hook after ringing is an incoming call, off-hook from idle an outgoing one, ringing that ends without off-hook a
  missed one (rejecting looks the same).
- A call is given when its line is idle again. Times are ours and as exact as the polls lie close: one second while
  something is under way.
- When the phone was out of sight for longer than `_BLIND_S`, a call that was under way ends at its last sight: nothing
  longer is claimed than was seen.
- The number is only told for incoming calls, on many phones not at all; an outgoing call has none.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from ..clock import Clock
from ..errors import BridgeErrorCode, ParseError, ShellCommandError
from ..records import CallRow, CollectedBatch, Cursor, RawRecord, Source, Untrusted
from ..rows import CallDerivation
from ..samples import sample_hash
from ..session import Session
from ..telephony_registry import Line, LineState, read_lines
from .base import Holdings, read_cursor, write_cursor

_COMMAND = "dumpsys telephony.registry"
_TIMEOUT_S = 15.0
_BUSY_POLL_S = 1.0
_BLIND_S = 30.0
_INCOMING, _OUTGOING, _MISSED = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OngoingCall:
    """A line that is not idle."""

    began_ms: int
    """First sight, Unix ms by our clock."""
    answered_ms: int | None
    """First sight off-hook."""
    has_rung: bool
    number: str | None
    seen_ms: int
    """Last sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStatePlace:
    """What the cursor holds: the calls under way, by SIM slot."""

    ongoing: dict[int, OngoingCall] = field(default_factory=dict)


def step(place: CallStatePlace, lines: tuple[Line, ...], now_ms: int) -> tuple[CallStatePlace, tuple[CallRow, ...]]:
    """The place after one look, and the calls that have ended since. Pure."""
    ongoing: dict[int, OngoingCall] = {}
    ended: list[CallRow] = []
    for line in lines:
        call = place.ongoing.get(line.slot)
        if call is not None and (line.state is LineState.IDLE or _is_another(call, line, now_ms)):
            ended.append(_row(line.slot, call, now_ms))
            call = None
        if line.state is not LineState.IDLE:
            ongoing[line.slot] = _seen(call, line, now_ms)
    return CallStatePlace(ongoing=ongoing), tuple(ended)


def _is_another(call: OngoingCall, line: Line, now_ms: int) -> bool:
    """A call that rings cannot have been answered before; one not seen for long is not known to be the same."""
    is_blind = now_ms - call.seen_ms > _BLIND_S * 1000 or now_ms < call.seen_ms
    return is_blind or (line.state is LineState.RINGING and call.answered_ms is not None and call.has_rung)


def _seen(call: OngoingCall | None, line: Line, now_ms: int) -> OngoingCall:
    is_ringing = line.state is LineState.RINGING
    if call is None:
        return OngoingCall(
            began_ms=now_ms,
            answered_ms=None if is_ringing else now_ms,
            has_rung=is_ringing,
            number=line.number if is_ringing else None,
            seen_ms=now_ms,
        )
    answered_ms = call.answered_ms if call.answered_ms is not None or is_ringing else now_ms
    number = call.number or (line.number if call.has_rung else None)
    return replace(call, answered_ms=answered_ms, number=number, seen_ms=now_ms)


def _row(slot: int, call: OngoingCall, now_ms: int) -> CallRow:
    is_blind = now_ms - call.seen_ms > _BLIND_S * 1000 or now_ms < call.seen_ms
    end_ms = call.seen_ms if is_blind else now_ms
    talked_ms = 0 if call.answered_ms is None else max(0, end_ms - call.answered_ms)
    kind = _OUTGOING if not call.has_rung else _MISSED if call.answered_ms is None else _INCOMING
    return CallRow(
        provider_id=0,
        number=None if call.number is None else Untrusted(call.number),
        date_ms=call.began_ms,
        duration_s=round(talked_ms / 1000),
        type=kind,
        presentation=None,
        subscription_id=Untrusted(str(slot)),
        cached_name=None,
        last_modified_ms=None,
        derived_from=CallDerivation.TELEPHONY_STATE,
    )


class CallStateCollector:
    """`dumpsys telephony.registry`. Source key: `slot:start in ms`."""

    source = Source.CALL_STATE

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def collect(self, session: Session, cursor: Cursor | None, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """See `Collector.collect`. One cheap command."""
        place = read_cursor(cursor, CallStatePlace)
        output = await session.shell(_COMMAND, timeout_s=_TIMEOUT_S)
        lines = read_lines(output.stdout)
        if not lines:
            if b"Permission Denial" in output.stdout + output.stderr:
                raise ShellCommandError(
                    BridgeErrorCode.PERMISSION_DENIED,
                    exit_code=output.exit_code,
                    stderr_sha256=sample_hash(output.stderr),
                )
            raise ParseError("telephony.registry", sample_sha256=sample_hash(output.stdout[:4096]))
        collected_at = self._clock.now()
        following, ended = step(place, lines, round(collected_at.timestamp() * 1000))
        records = tuple(
            RawRecord(
                source=Source.CALL_STATE,
                source_key=f"{row.subscription_id}:{row.date_ms}",
                row=row,
                collected_at=collected_at,
            )
            for row in ended
        )
        has_changed = bool(records) or following.ongoing.keys() != place.ongoing.keys() or bool(following.ongoing)
        yield CollectedBatch(
            source=Source.CALL_STATE,
            records=records,
            absent=(),
            cursor=write_cursor(following) if has_changed or cursor is None else cursor,
            is_caught_up=True,
            again_in_s=_BUSY_POLL_S if following.ongoing else None,
        )

    async def sweep(self, session: Session, cursor: Cursor, known: Holdings) -> AsyncIterator[CollectedBatch]:
        """Nothing lies behind the present state."""
        nothing: tuple[CollectedBatch, ...] = ()
        for batch in nothing:
            yield batch
