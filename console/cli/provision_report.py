"""The report of a run: JSON for programs beside Markdown or HTML for people, each written whole or not at all."""

import html
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec

from daemon.api.provisioning import PhoneResult, ProvisionChange, ProvisionPhone, ProvisionRun, StepName

from ..plain_text import clean_line
from .context import Context, UsageError
from .times import shown

_IN_WORDS = frozenset(StepName) - {StepName.ENROL, StepName.SETTINGS}
"""Steps whose values are words of ours."""
_HUMAN = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md"}


def write_report(context: Context, run: ProvisionRun, file: str) -> tuple[Path, ...]:
    """`FILE.json` beside `FILE.md`; `FILE.html` and `FILE.json` when HTML is asked for. Mode 0600, an older one is
    replaced. UsageError when it cannot be written."""
    path = Path(file)
    kind = _HUMAN.get(path.suffix.casefold())
    machine = path if kind is None and path.suffix else path.with_suffix(".json")
    person = path if kind is not None else path.with_suffix(".md")
    text = _html(context, run) if kind == "html" else _markdown(context, run)
    replace_file(machine, msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")
    replace_file(person, text.encode())
    return machine, person


def replace_file(path: Path, content: bytes) -> None:
    """Whole or not at all, mode 0600; an older one is replaced. UsageError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UsageError("usage.output_unusable", path=str(path), problem=error.strerror or "?") from None


def _facts(context: Context, run: ProvisionRun) -> Iterator[tuple[str, str]]:
    for name, value in (
        ("provision_run", run.run_id),
        ("provision_name", run.name),
        ("provision_state", context.word("provision_state", run.state.value)),
        ("provision_by", run.asked_by),
        ("provision_started", shown(run.started_at)),
        ("provision_ended", shown(run.ended_at)),
        ("provision_counts", counts_text(context, run)),
        ("provision_plan_sha256", run.plan_sha256),
    ):
        yield context.texts.get(f"cli.column.{name}"), value


def counts_text(context: Context, run: ProvisionRun) -> str:
    """`28 done, 2 for a person`."""
    order = [result.value for result in PhoneResult if result.value in run.counts]
    between = context.texts.get("cli.provision.between")
    return between.join(f"{run.counts[one]} {context.word('provision_result', one)}" for one in order) or "-"


def change_text(context: Context, change: ProvisionChange) -> str:
    """`settings: system.screen_off_timeout: 60000 → 120000`."""
    step = context.word("provision_step", change.step.value)
    name = context.word("provision_change", change.name)
    before, after = (
        context.word("provision_change", one) if change.step in _IN_WORDS and one else one or "-"
        for one in (change.before, change.after)
    )
    text = f"{step}: {name}: {before} → {after}"
    return text if change.is_certain else f"{text} {context.texts.get('cli.provision.uncertain')}"


def changed_count(phone: ProvisionPhone) -> int:
    """Changes that were read back, or are planned."""
    return sum(one.is_certain for one in phone.changes)


def _headers(context: Context) -> list[str]:
    names = ("serial", "employee", "provision_phone", "provision_result", "provision_changes", "provision_note")
    return [context.texts.get(f"cli.column.{name}") for name in names]


def _row(context: Context, phone: ProvisionPhone) -> list[str]:
    android = " ".join(one for one in (phone.vendor, phone.android) if one)
    return [
        phone.serial or "-",
        phone.employee or "-",
        android or "-",
        context.word("provision_result", phone.result.value),
        str(changed_count(phone)),
        phone.text or "-",
    ]


def _details(context: Context, phone: ProvisionPhone) -> Iterator[str]:
    for change in phone.changes:
        yield change_text(context, change)
    for item in phone.items:
        mark = "x" if item.confirmed_at is not None else " " if item.is_required else "·"
        by = f" ({item.confirmed_by}, {shown(item.confirmed_at)})" if item.confirmed_at is not None else ""
        yield f"[{mark}] {item.item}: {item.text}{by}"


def _markdown(context: Context, run: ProvisionRun) -> str:
    def cell(text: str) -> str:
        return clean_line(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")

    headers = _headers(context)
    lines = [f"# {cell(context.texts.get('cli.provision.report_title', name=run.name))}", ""]
    lines += [f"- {name}: {cell(value)}" for name, value in _facts(context, run)]
    lines += ["", f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    lines += [f"| {' | '.join(map(cell, _row(context, phone)))} |" for phone in run.phones]
    for phone in run.phones:
        details = list(_details(context, phone))
        if details:
            lines += ["", f"## {cell(phone.serial or '-')} {cell(phone.employee or '')}", ""]
            lines += [f"- {cell(one)}" for one in details]
    return "\n".join(lines) + "\n"


def _html(context: Context, run: ProvisionRun) -> str:
    def cell(text: str) -> str:
        return html.escape(clean_line(text))

    title = cell(context.texts.get("cli.provision.report_title", name=run.name))
    facts = "".join(f"<dt>{cell(name)}</dt><dd>{cell(value)}</dd>" for name, value in _facts(context, run))
    head = "".join(f"<th>{cell(one)}</th>" for one in _headers(context))
    rows = ""
    for phone in run.phones:
        cells = "".join(f"<td>{cell(one)}</td>" for one in _row(context, phone))
        details = "".join(f"<li>{cell(one)}</li>" for one in _details(context, phone))
        rows += f"<tr>{cells}</tr>" + (f'<tr><td colspan="6"><ul>{details}</ul></td></tr>' if details else "")
    language = context.texts.language.value
    style = "body{font-family:sans-serif}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.3em}"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{style}</style></head><body><h1>{title}</h1><dl>{facts}</dl>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></body></html>\n"
    )
