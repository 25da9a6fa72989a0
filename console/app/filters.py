"""The filter line: words, `!word` for not, and `key:value`. One grammar for every list.

`state:offline`, `sev:>=high`, `device:R58N`, `kind:call`; keys have Chinese names too and the full-width colon works.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from msgspec.structs import replace

from daemon.api.wire import Device, Direction, EventQuery, Trace

from ..cli.times import parse_since, parse_until

ValueT = TypeVar("ValueT")

KEYS: Final[Mapping[str, str]] = {
    "device": "device", "dev": "device", "设备": "device", "手机": "device",
    "employee": "employee", "emp": "employee", "员工": "employee",
    "state": "state", "状态": "state", "status": "state",
    "sev": "sev", "severity": "sev", "级别": "sev",
    "kind": "kind", "类型": "kind", "source": "kind", "来源": "kind",
    "conv": "conv", "conversation": "conv", "会话": "conv",
    "since": "since", "从": "since", "自": "since", "until": "until", "到": "until", "至": "until",
    "dir": "dir", "direction": "dir", "方向": "dir", "peer": "peer", "number": "peer", "号码": "peer", "对方": "peer",
    "person": "person", "who": "person", "代号": "person", "客户": "person",
    "with": "with", "带": "with", "有": "with",
}  # fmt: skip
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


class FilterError(Exception):
    """The line cannot be used. `text_key` is its text in the catalog, `values` fill it."""

    def __init__(self, text_key: str, /, **values: str) -> None:
        super().__init__(text_key)
        self.text_key = text_key
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """A parsed filter line. Everything in it must hold."""

    line: str = ""
    words: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.negatives or self.pairs)

    def admits(self, haystack: str, facets: Mapping[str, Sequence[str]]) -> bool:
        """Whether a row passes: `haystack` is its text, `facets` the values behind each key (any may contain it)."""
        folded = haystack.casefold()
        return (
            all(word in folded for word in self.words)
            and not any(word in folded for word in self.negatives)
            and all(any(value in one.casefold() for one in facets.get(key, ())) for key, value in self.pairs)
        )


def parse_filter(line: str) -> RowFilter:
    """Raises FilterError for an unknown key. Quotes keep words together."""
    try:
        tokens = shlex.split(line)
    except ValueError:
        tokens = line.split()
    words: list[str] = []
    negatives: list[str] = []
    pairs: list[tuple[str, str]] = []
    for token in tokens:
        name, colon, value = token.replace("：", ":", 1).partition(":")
        if colon and name and value and not name.isdigit():
            key = KEYS.get(name.casefold())
            if key is None:
                raise FilterError("app.filter.unknown_key", name=name, keys="device kind state sev conv")
            pairs.append((key, value.casefold()))
        elif token[:1] in {"!", "！"} and len(token) > 1:
            negatives.append(token[1:].casefold())
        elif token:
            words.append(token.casefold())
    return RowFilter(line=line.strip(), words=tuple(words), negatives=tuple(negatives), pairs=tuple(pairs))


def event_query(row_filter: RowFilter, devices: Sequence[Device], now: datetime | None = None) -> EventQuery:
    """The daemon's query for a filter. Raises FilterError where the daemon has no such filter or no phone fits."""
    if row_filter.negatives:
        raise FilterError("app.filter.no_not")
    moment = datetime.now(UTC) if now is None else now
    query = EventQuery(text=" ".join(row_filter.words)[:200] or None)
    for key, value in row_filter.pairs:
        query = _with(query, key, value, row_filter, devices, moment)
    if query.since is not None and query.until is not None and query.since >= query.until:
        raise FilterError("app.filter.empty_range")
    return query


def _with(
    query: EventQuery, key: str, value: str, row_filter: RowFilter, devices: Sequence[Device], now: datetime
) -> EventQuery:
    match key:
        case "device":
            return replace(query, device=_serial(value, devices))
        case "employee":
            return replace(query, employee=_employee(value, devices))
        case "kind":
            return replace(query, kind=_known(KINDS, value, "app.filter.unknown_kind", "kind"))
        case "conv":
            return replace(query, conversation=_as_typed(row_filter.line, value))
        case "since" | "until":
            try:
                parse = parse_since if key == "since" else parse_until
                moment = parse(value.upper(), now)
            except ValueError:
                raise FilterError("app.filter.bad_time", time=value) from None
            return replace(query, since=moment) if key == "since" else replace(query, until=moment)
        case "dir":
            return replace(query, direction=_known(DIRECTIONS, value, "app.filter.unknown_value", "value"))
        case "peer":
            return replace(query, peer=value[:100])
        case "person":
            return replace(query, person=value[:40])
        case "state":
            return replace(query, trace=_known(TRACES, value, "app.filter.unknown_value", "value"))
        case "with":
            what = _known(WITH, value, "app.filter.unknown_value", "value")
            return replace(
                query,
                has_attachments=query.has_attachments or what == "has_attachments",
                has_alerts=query.has_alerts or what == "has_alerts",
            )
        case _:
            keys = "device employee kind conv since until dir peer person state with"
            raise FilterError("app.filter.unknown_key", name=key, keys=keys)


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
