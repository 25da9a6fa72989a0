"""`alerts ack|resolve|reopen|suppress|note|assign`: the same with one alert or thousands, each by itself."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from daemon.api.alert_life import AlertBatch, AlertBatchItem, AssignAlert
from daemon.api.alert_life_client import assign_alert, handle_alerts
from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError, ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import Alert, AlertStatus

from .context import Context, UsageError
from .output import Format

LOT: Final = 250
MOST_IDS: Final = 100_000
MOST_NOTE: Final = 2_000
_STDIN: Final = "-"
_NO_ROUTE: Final = frozenset({"request.no_such_route", "request.method_not_allowed"})
_EXIT_CODES: Final = {"alert.not_found": ExitCode.NOT_FOUND, "alert.wrong_state": ExitCode.USAGE}


class _Change(msgspec.Struct):
    alert_ids: list[str] = []
    marked_file: str | None = None
    note: str | None = None
    to: str | None = None
    me: bool = False
    nobody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What is done with each of them."""

    to: AlertStatus | None = None
    """None: each stays as it is."""
    assignee: str | None = None
    """None: as it was; empty: nobody."""
    note: str | None = None


async def acknowledge(context: Context) -> ExitCode:
    """Somebody looks after them."""
    return await _to(context, AlertStatus.ACKNOWLEDGED)


async def resolve(context: Context) -> ExitCode:
    """They are settled."""
    return await _to(context, AlertStatus.RESOLVED)


async def reopen(context: Context) -> ExitCode:
    """They are open again: settled too early."""
    return await _to(context, AlertStatus.OPEN)


async def suppress(context: Context) -> ExitCode:
    """There is nothing to look at; the note says why."""
    if not (context.take(_Change).note or "").strip():
        raise UsageError("usage.no_note")
    return await _to(context, AlertStatus.SUPPRESSED)


async def note(context: Context) -> ExitCode:
    """Write something down and leave them as they are."""
    words = (context.take(_Change).note or "").strip()
    if not words:
        raise UsageError("usage.no_note")
    return await _change(context, _Step(note=words))


async def assign(context: Context) -> ExitCode:
    """Say who looks after them: a name, oneself, nobody."""
    arguments = context.take(_Change)
    name = (arguments.to or "").strip()
    if bool(name) + arguments.me + arguments.nobody != 1:
        raise UsageError("usage.one_assignee")
    if arguments.me:
        async with context.client() as client:
            name = (await client.hello()).caller or ""
        if not name:
            raise UsageError("usage.no_own_name")
    return await _change(context, _Step(assignee=name, note=arguments.note))


async def _to(context: Context, to: AlertStatus) -> ExitCode:
    return await _change(context, _Step(to=to, note=context.take(_Change).note))


async def _change(context: Context, step: _Step) -> ExitCode:
    alert_ids = _ids(context.take(_Change))
    if len(step.note or "") > MOST_NOTE:
        raise UsageError("usage.long_note", most=MOST_NOTE)
    changed: list[Alert] = []
    refused: list[AlertBatchItem] = []
    try:
        async with context.client() as client:
            for start in range(0, len(alert_ids), LOT):
                for item in await _lot(client, alert_ids[start : start + LOT], step):
                    if item.alert is None:
                        refused.append(item)
                        context.output.error(f"{item.alert_id}: {item.message or item.code}")
                    else:
                        changed.append(item.alert)
                        _tell(context, item.alert)
    except ApiClientError:
        if changed and context.output.format is not Format.TABLE:
            context.output.items(changed)
        raise
    if context.output.format is not Format.TABLE:
        context.output.items(changed)
    if not refused:
        return ExitCode.OK
    codes = {_EXIT_CODES.get(item.code or "", ExitCode.PARTIAL) for item in refused}
    return ExitCode.PARTIAL if changed or len(codes) > 1 else codes.pop()


async def _lot(client: ApiClient, alert_ids: Sequence[str], step: _Step) -> Sequence[AlertBatchItem]:
    """One through its own route, more in one call. A daemon of before is asked for each where it can be."""
    if len(alert_ids) == 1 and (step.to is not None or step.assignee is not None):
        return (await _one(client, alert_ids[0], step),)
    batch = AlertBatch(alert_ids=tuple(alert_ids), to=step.to, assignee=step.assignee, note=step.note)
    try:
        return (await handle_alerts(client, batch)).items
    except ApiRefusedError as error:
        if error.code not in _NO_ROUTE or step.to is None:
            raise
        return [await _one(client, alert_id, step) for alert_id in alert_ids]


async def _one(client: ApiClient, alert_id: str, step: _Step) -> AlertBatchItem:
    try:
        if step.to is not None:
            changed = await client.change_alert(alert_id, step.to, step.note)
        else:
            changed = await assign_alert(client, alert_id, AssignAlert(assignee=step.assignee, note=step.note))
    except ApiRefusedError as error:
        if error.code not in _EXIT_CODES:
            raise
        return AlertBatchItem(alert_id=alert_id, code=error.code, message=error.message)
    return AlertBatchItem(alert_id=alert_id, alert=changed)


def _tell(context: Context, alert: Alert) -> None:
    if context.output.format is Format.TABLE:
        words = (alert.alert_id, context.word("status", alert.status.value), alert.assignee or "")
        context.output.line("  ".join(filter(None, words)))


def _ids(arguments: _Change) -> tuple[str, ...]:
    """Those of the command line, then those of the file, each once."""
    found = dict.fromkeys(arguments.alert_ids)
    if arguments.marked_file is not None:
        found |= dict.fromkeys(_written(arguments.marked_file))
    if not found:
        raise UsageError("usage.no_alert_ids")
    if len(found) > MOST_IDS:
        raise UsageError("usage.many_alert_ids", most=MOST_IDS)
    return tuple(found)


def _written(path: str) -> Iterator[str]:
    """Ids of a text, one or more a line; `alerts list --jsonl` fits as it is."""
    try:
        text = sys.stdin.read() if path == _STDIN else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError("usage.marked_file", path=path) from None
    for line in text.splitlines():
        if line.lstrip().startswith("{"):
            yield _id_of(line, path)
        else:
            yield from line.split()


class _Marked(msgspec.Struct):
    alert_id: str


def _id_of(line: str, path: str) -> str:
    try:
        return msgspec.json.decode(line, type=_Marked).alert_id
    except msgspec.DecodeError:
        raise UsageError("usage.marked_file", path=path) from None
