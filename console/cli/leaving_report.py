"""The hand-over of one who leaves, as a file: Markdown or HTML for people, JSON for programs. Masked as it came."""

import html
from collections.abc import Iterator
from pathlib import Path

import msgspec

from daemon.api.leaving import LeavingReport

from ..plain_text import clean_line
from .context import Context
from .provision_report import replace_file
from .times import shown

_HTML = frozenset({".html", ".htm"})
_JSON = frozenset({".json"})
Section = tuple[str, list[str], list[list[str]]]
"""Title, headers, rows."""


def write_report(context: Context, report: LeavingReport, file: str) -> tuple[Path, ...]:
    """By the file's name: `.json`, `.html`, else Markdown. Mode 0600, an older one is replaced. UsageError."""
    path = Path(file)
    kind = path.suffix.casefold()
    if kind in _JSON:
        replace_file(path, msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    else:
        text = _html(context, report) if kind in _HTML else _markdown(context, report)
        replace_file(path, text.encode())
    return (path,)


def _title(context: Context, report: LeavingReport) -> str:
    return context.texts.get("cli.leaving.report_title", name=report.leaving.employee, store=report.store)


def _facts(context: Context, report: LeavingReport) -> list[tuple[str, str]]:
    one, texts = report.leaving, context.texts
    found = (
        ("leaving", one.leaving_id),
        ("leaving_state", texts.get(f"leaving.state.{one.state.value}")),
        ("leaving_to", ", ".join(one.recipients)),
        ("leaving_by", f"{one.requested_by}, {shown(one.requested_at)}"),
        ("reason", one.reason),
        ("leaving_freeze_at", shown(one.freeze_at)),
        ("leaving_return", shown(one.return_at)),
        ("leaving_alerts", str(one.alerts_moved)),
        ("leaving_made", shown(report.made_at)),
    )
    return [(texts.get(f"cli.column.{name}"), value) for name, value in found]


def _sections(context: Context, report: LeavingReport) -> Iterator[Section]:
    one, texts = report.leaving, context.texts

    def heads(*names: str) -> list[str]:
        return [texts.get(f"cli.column.{name}") for name in names]

    def state(value: str) -> str:
        return texts.get(f"leaving.phone_state.{value}")

    yield (
        texts.get("cli.leaving.phones"),
        heads("device", "leaving_freeze", "leaving_told", "leaving_capture", "leaving_note"),
        [
            [phone.device, state(phone.freeze), state(phone.told), state(phone.capture), phone.freeze_text or "-"]
            for phone in one.phones
        ],
    )
    yield (
        texts.get("cli.leaving.hand_overs"),
        heads("at", "leaving_before", "leaving_owner", "employee_conversations"),
        [[shown(given.at), given.owner_before, given.owner, str(given.conversations)] for given in one.hand_overs],
    )
    yield (
        texts.get("cli.leaving.items"),
        heads("leaving_item", "leaving_note", "leaving_confirmed"),
        [
            [item.item, item.text, f"{item.confirmed_by}, {shown(item.confirmed_at)}" if item.confirmed_by else "-"]
            for item in one.items
        ],
    )
    yield (
        texts.get("cli.leaving.conversations_cut" if report.is_cut else "cli.leaving.conversations"),
        heads("leaving_peer", "device", "leaving_events", "leaving_last", "leaving_owner"),
        [
            [given.peer, given.device, str(given.events), shown(given.last_at), given.owner]
            for given in report.conversations
        ],
    )
    yield (
        texts.get("cli.leaving.history"),
        heads("at", "leaving_actor", "leaving_step", "leaving_item", "leaving_code", "leaving_ledger"),
        [
            [shown(line.at), line.actor, line.step_text, line.item or "-", line.code or "-", str(line.ledger_index)]
            for line in report.history
        ],
    )


def _markdown(context: Context, report: LeavingReport) -> str:
    def cell(text: str) -> str:
        return clean_line(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")

    lines = [f"# {cell(_title(context, report))}", ""]
    lines += [f"- {name}: {cell(value)}" for name, value in _facts(context, report)]
    for title, headers, rows in _sections(context, report):
        lines += ["", f"## {cell(title)}", "", f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
        lines += [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def _html(context: Context, report: LeavingReport) -> str:
    def cell(text: str) -> str:
        return html.escape(clean_line(text))

    title = cell(_title(context, report))
    facts = "".join(f"<dt>{cell(name)}</dt><dd>{cell(value)}</dd>" for name, value in _facts(context, report))
    tables = ""
    for heading, headers, rows in _sections(context, report):
        head = "".join(f"<th>{cell(one)}</th>" for one in headers)
        body = "".join("<tr>" + "".join(f"<td>{cell(one)}</td>" for one in row) + "</tr>" for row in rows)
        tables += f"<h2>{cell(heading)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    style = "body{font-family:sans-serif}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.3em}"
    return (
        f'<!doctype html>\n<html lang="{context.texts.language.value}">'
        f'<head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{style}</style></head><body><h1>{title}</h1><dl>{facts}</dl>{tables}</body></html>\n"
    )
