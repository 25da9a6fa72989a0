"""What rules call the kinds, channels and sides of events."""

from typing import Final

from adb_bridge.records import Source
from policies.model import Side, SubjectKind

from .absence import subject_kind
from .event_told import told_by
from .events import Direction, Event, EventKind

SPOKEN: Final = frozenset({EventKind.MESSAGE, EventKind.NOTIFICATION})
"""Kinds that are something said in a conversation."""
_CHANNELS: Final = {"com.tencent.mm": "wechat", "com.tencent.wework": "wecom", "com.eg.android.AlipayGphone": "alipay"}
_KINDS: Final = {
    EventKind.MESSAGE: SubjectKind.MESSAGE,
    EventKind.CALL: SubjectKind.CALL,
    EventKind.CONTACT: SubjectKind.CONTACT,
    EventKind.NOTIFICATION: SubjectKind.MESSAGE,
    EventKind.RECORDING: SubjectKind.CALL,
}
_SIDES: Final = {Direction.IN: Side.CUSTOMER, Direction.OUT: Side.STAFF, Direction.NONE: Side.UNKNOWN}


def kind_of(event: Event) -> SubjectKind:
    """What the rules judge."""
    return subject_kind(event) if event.kind is EventKind.ABSENCE else _KINDS[event.kind]


def channel_of(event: Event) -> str:
    """What rules call it: the source, for a notification `wechat`, `wecom`, `alipay` or `notification`."""
    if event.source is not Source.NOTIFICATIONS:
        return event.source.value
    return _CHANNELS.get(told_by(event).app or "", "notification")


def side_of(event: Event) -> Side:
    """Who said it. In a group it may be a colleague as well as a customer."""
    if event.kind not in SPOKEN or (event.kind is EventKind.NOTIFICATION and told_by(event).is_group):
        return Side.UNKNOWN
    return _SIDES[event.direction]
