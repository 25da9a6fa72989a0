"""`policy check DIR`: what looks wrong in a rule set, where, and what to do about it."""

from argparse import Namespace

import msgspec

from policies.check import CheckReport, Code, Finding, Level, check_dir
from policies.display import safe_display

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..rule_reasons import reason_in_words
from .narration import emit, emit_text, one_line

LONGEST = 60
"""Code points of a word's pattern in a message; `values` has it whole."""


class FindingLine(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of the linter."""

    level: str
    """`error`, `warning` or `note`."""
    code: str
    message: str
    """In the reader's language, as `to_do`."""
    file: str | None
    line: int | None
    rule_id: str | None
    key: str | None
    nearest: str | None
    to_do: str
    values: dict[str, str]
    """What the message is made of: `word`, `other`, …"""


class CheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`policy check --json`."""

    schema: int = 1
    ok: bool
    """The daemon would take these rules."""
    version: str | None
    rules: int
    words: int
    tests: int
    errors: int
    warnings: int
    notes: int
    items: list[FindingLine]
    """Errors, warnings, notes."""


def run(options: Namespace, texts: Texts) -> ExitCode:
    """USAGE when the daemon would refuse these rules; with `--strict` PARTIAL for warnings; else OK."""
    report = check_dir(options.directory)
    items = [finding_line(finding, texts) for finding in (*report.findings, *report.notes)]
    if options.jsonl:
        for item in items:
            emit(item)
    elif options.json:
        emit(_answer(report, items))
    else:
        _tell(report, items, texts, with_notes=options.notes)
    if not report.is_usable:
        return ExitCode.USAGE
    return ExitCode.PARTIAL if options.strict and report.findings else ExitCode.OK


def _answer(report: CheckReport, items: list[FindingLine]) -> CheckAnswer:
    counts = {level: sum(item.level == level.value for item in items) for level in Level}
    return CheckAnswer(
        ok=report.is_usable,
        version=report.version,
        rules=report.rules,
        words=report.words,
        tests=report.tests,
        errors=counts[Level.ERROR],
        warnings=counts[Level.WARNING],
        notes=counts[Level.NOTE],
        items=items,
    )


def _tell(report: CheckReport, items: list[FindingLine], texts: Texts, *, with_notes: bool) -> None:
    for item in items:
        if item.level == Level.NOTE and not with_notes:
            continue
        place = ":".join(str(part) for part in (item.file, item.line) if part is not None)
        # Some messages name their own place, down to the rule.
        message = item.message.replace(f"{place}: ", "") if place else item.message
        rule = f"{item.rule_id}: " if item.rule_id is not None else ""
        level = texts.get(f"cli.policy.level_{item.level}")
        told = f"{level}: {item.code}: {rule}{message}"
        emit_text(one_line(f"{place}: {told}" if place else told))
        emit_text(f"    {texts.get('cli.policy.to_do')} {one_line(item.to_do)}")
    if report.notes and not with_notes:
        emit_text(texts.get("cli.policy.notes", count=len(report.notes)))
    if report.version is None:
        emit_text(texts.get("cli.policy.not_loaded", findings=len(report.findings)))
        return
    summary = texts.get(
        "cli.policy.summary",
        version=report.version,
        rules=report.rules,
        words=report.words,
        tests=report.tests,
        findings=len(report.findings),
    )
    emit_text(summary)


def finding_line(finding: Finding, texts: Texts) -> FindingLine:
    """A finding in words of the reader's language."""
    values = dict(finding.values)
    shown = {name: _safe(value) for name, value in values.items()}
    shown |= {name: f"{value[:LONGEST]}…" for name, value in shown.items() if len(value) > LONGEST}
    first = shown.get("honest", "").split(", ", maxsplit=1)[0]
    code = finding.code.value
    to_do = "syntax_file" if finding.code is Code.SYNTAX and finding.line is None else code
    return FindingLine(
        level=finding.level.value,
        code=code,
        message=texts.get(f"cli.finding.{code}", **{"detail": reason_in_words(finding.message, texts), **shown}),
        file=str(finding.file) if finding.file is not None else None,
        line=finding.line,
        rule_id=finding.rule_id,
        key=finding.key,
        nearest=finding.nearest,
        to_do=texts.get(f"cli.finding_to_do.{to_do}", **{"first": first, **shown}),
        values=values,
    )


def _safe(text: str) -> str:
    return safe_display(text, max(1, len(text))).replace("\n", " ")
