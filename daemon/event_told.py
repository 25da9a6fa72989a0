"""What the attributes of an event tell every reader: no content, only what it is and where it came from."""

from dataclasses import dataclass

import msgspec

from .events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Of `Event.attributes`. Everything else in the JSON is ignored."""

    derived_from: str | None = None
    """Of a call: `telephony_state` or `recording`."""
    app: str | None = None
    """Of a notification: the package, from the allow-list."""
    notice: str | None = None
    """What a notification or a bank's message is: a `NoticeKind`."""
    amount_fen: int | None = None
    is_group: bool = False
    """Of a messenger: more than one person talks there."""
    provenance: str | None = None
    """Of an imported record: its file."""


_decode = msgspec.json.Decoder(Told).decode
_NOTHING = Told()


def told_by(event: Event) -> Told:
    """Nothing for attributes that cannot be read."""
    try:
        return _decode(event.attributes)
    except msgspec.MsgspecError:
        return _NOTHING
