"""What a filter line means to the daemon: the query for lists that it pages, the window for those in memory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from msgspec.structs import replace

from daemon.api.wire import Device, Direction, EventQuery, Trace

from ..cli.times import parse_since, parse_until
from .filter_line import (
    Comparison,
    Condition,
    FilterError,
    RowFilter,
    checked,
    is_plain,
    measure,
    parse_filter,
)

__all__ = ["FilterError", "RowFilter", "checked", "event_query", "parse_filter", "window_of"]

ValueT = TypeVar("ValueT")

KINDS: Final[Mapping[str, str]] = {
    "message": "message", "消息": "message", "call": "call", "通话": "call", "contact": "contact", "联系人": "contact",
    "absence": "absence", "消失": "absence", "sms": "sms", "短信": "sms", "call_log": "call_log",
    "contacts": "contacts", "mms": "mms", "彩信": "mms", "notification": "notification", "通知": "notification",
    "notifications": "notifications", "recording": "recording", "录音": "recording", "recordings": "recordings",
    "call_state": "call_state", "imported": "imported", "导入": "imported",
}  # fmt: skip

DIRECTIONS: Final[Mapping[str, Direction]] = {
    "in": Direction.IN, "收": Direction.IN, "呼入": Direction.IN, "out": Direction.OUT, "发": Direction.OUT,
    "呼出": Direction.OUT, "none": Direction.NONE,
}  # fmt: skip
TRACES: Final[Mapping[str, Trace]] = {
    "absent": Trace.ABSENT, "消失": Trace.ABSENT, "edited": Trace.EDITED, "修改": Trace.EDITED,
}  # fmt: skip
WITH: Final[Mapping[str, str]] = {
    "attachment": "has_attachments", "attachments": "has_attachments", "file": "has_attachments",
    "附件": "has_attachments", "alert": "has_alerts", "alerts": "has_alerts", "告警": "has_alerts",
}  # fmt: skip
EVENT_KEYS: Final = (
    "device", "employee", "kind", "conv", "since", "until", "age", "dir", "peer", "person", "state", "with",
)  # fmt: skip


def event_query(row_filter: RowFilter, devices: Sequence[Device], now: datetime | None = None) -> EventQuery:
    """The daemon's query for a filter. Raises FilterError where the daemon has no such filter or no phone fits."""
    checked(row_filter, EVENT_KEYS)
    if row_filter.negatives or any(condition.is_not for condition in row_filter.conditions):
        raise FilterError("app.filter.no_not")
    if not all(map(is_plain, row_filter.conditions)):
        raise FilterError("app.filter.no_or")
    moment = datetime.now(UTC) if now is None else now
    query = EventQuery(text=" ".join(row_filter.words)[:200] or None)
    for condition in row_filter.conditions:
        query = _with(query, condition, row_filter, devices, moment)
    if query.since is not None and query.until is not None and query.since >= query.until:
        raise FilterError("app.filter.empty_range")
    return query


def window_of(row_filter: RowFilter, now: datetime) -> tuple[datetime | None, datetime | None]:
    """`since:` and `until:` of a filter as moments. Raises FilterError for what is no time."""
    since: datetime | None = None
    until: datetime | None = None
    for condition in row_filter.conditions:
        if condition.key not in {"since", "until"}:
            continue
        if not is_plain(condition):
            raise FilterError("app.filter.no_not")
        if condition.key == "since":
            since = _moment(condition, now)
        else:
            until = _moment(condition, now)
    if since is not None and until is not None and since >= until:
        raise FilterError("app.filter.empty_range")
    return since, until


def _with(
    query: EventQuery, condition: Condition, row_filter: RowFilter, devices: Sequence[Device], now: datetime
) -> EventQuery:
    first = condition.values[0]
    value = first.text if first.comparison is Comparison.EQUAL else first.raw
    match condition.key:
        case "device":
            return replace(query, device=_serial(value, devices))
        case "employee":
            return replace(query, employee=_employee(value, devices))
        case "kind":
            return replace(query, kind=_known(KINDS, value, "app.filter.unknown_kind", "kind"))
        case "conv":
            return replace(query, conversation=_as_typed(row_filter.line, value))
        case "since":
            return replace(query, since=_moment(condition, now))
        case "until":
            return replace(query, until=_moment(condition, now))
        case "age":
            return _aged(query, condition, now)
        case "dir":
            return replace(query, direction=_known(DIRECTIONS, value, "app.filter.unknown_value", "value"))
        case "peer":
            return replace(query, peer=value[:100])
        case "person":
            return replace(query, person=value[:40])
        case "state":
            return replace(query, trace=_known(TRACES, value, "app.filter.unknown_value", "value"))
        case _:
            what = _known(WITH, value, "app.filter.unknown_value", "value")
            return replace(
                query,
                has_attachments=query.has_attachments or what == "has_attachments",
                has_alerts=query.has_alerts or what == "has_alerts",
            )


def _moment(condition: Condition, now: datetime) -> datetime:
    value = condition.values[0].raw
    parse = parse_since if condition.key == "since" else parse_until
    try:
        return parse(value.upper(), now)
    except ValueError:
        raise FilterError("app.filter.bad_time", time=value) from None


def _aged(query: EventQuery, condition: Condition, now: datetime) -> EventQuery:
    """Younger than so much is a beginning, older an end."""
    value = condition.values[0]
    seconds = measure("age", value.text)
    assert seconds is not None
    try:
        moment = now - timedelta(seconds=seconds)
    except OverflowError:
        raise FilterError("app.filter.bad_time", time=value.raw) from None
    match value.comparison:
        case Comparison.AT_LEAST | Comparison.MORE:
            return replace(query, until=moment)
        case _:
            return replace(query, since=moment)


def _known(words: Mapping[str, ValueT], value: str, text_key: str, name: str) -> ValueT:
    known = words.get(value)
    if known is None:
        raise FilterError(text_key, **{name: value})
    return known


def _employee(value: str, devices: Sequence[Device]) -> str:
    """The whole name of the one employee that the typed part means; as typed when nobody has a phone now."""
    names = {device.employee for device in devices if device.employee is not None}
    near = [name for name in names if value == name.casefold()] or [name for name in names if value in name.casefold()]
    if len(near) > 1:
        raise FilterError("app.filter.device_many", device=value)
    return near[0] if near else value


def _serial(value: str, devices: Sequence[Device]) -> str:
    exact = [device.serial for device in devices if device.serial.casefold() == value]
    near = [
        device.serial
        for device in devices
        if value in device.serial.casefold() or value in (device.employee or "").casefold()
    ]
    found = exact or near
    if len(found) != 1:
        raise FilterError("app.filter.device_many" if found else "app.filter.device_none", device=value)
    return found[0]


def _as_typed(line: str, folded: str) -> str:
    """The value with the case it was typed in: tokens are case-sensitive."""
    at = line.casefold().find(folded)
    return line[at : at + len(folded)] if at >= 0 else folded
