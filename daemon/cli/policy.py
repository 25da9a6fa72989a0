"""`policy check DIR` and `policy packs`: for those who write rules."""

from argparse import Namespace

import msgspec

from policies.check import CheckReport, check_dir
from policies.packs import Pack, packaged, packaged_names

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from . import policy_explain
from .narration import emit, emit_text, one_line


class FindingLine(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of the linter."""

    level: str
    code: str
    message: str
    file: str | None
    line: int | None
    rule_id: str | None
    key: str | None
    nearest: str | None


class CheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`policy check --json`."""

    schema: int = 1
    ok: bool
    version: str | None
    rules: int
    words: int
    tests: int
    items: list[FindingLine]


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of a pack. `title` and `advice` by language; `advice` is empty where a rule gives none."""

    rule_id: str
    category: str
    severity: str
    title: dict[str, str]
    advice: dict[str, str]


class PackLine(msgspec.Struct, frozen=True, kw_only=True):
    """One pack. `rules` counts those of the packs it extends too; `own_rules` are its own."""

    name: str
    version: str
    rules: int
    title: dict[str, str]
    extends: list[str]
    own_rules: list[RuleLine]


class PacksAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`policy packs --json`."""

    schema: int = 1
    items: list[PackLine]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """By its action."""
    match options.action:
        case "check":
            return _check(options, texts)
        case "explain":
            return policy_explain.run(options, texts)
        case _:
            return _packs(options, texts)


def _check(options: Namespace, texts: Texts) -> ExitCode:
    """OK with warnings too; USAGE when the daemon would refuse these rules."""
    report = check_dir(options.directory)
    if options.jsonl:
        for line in _lines(report):
            emit(line)
    elif options.json:
        emit(
            CheckAnswer(
                ok=report.is_usable,
                version=report.version,
                rules=report.rules,
                words=report.words,
                tests=report.tests,
                items=_lines(report),
            )
        )
    else:
        for line in _lines(report):
            place = ":".join(str(part) for part in (line.file, line.line) if part is not None)
            message = line.message.removeprefix(f"{place}: ")
            # Some messages name their own place, down to the rule.
            told = f"{line.level}: {line.code}: {message}"
            emit_text(one_line(f"{place}: {told}" if place else told))
        if report.version is None:
            emit_text(texts.get("cli.policy.not_loaded", findings=len(report.findings)))
        else:
            emit_text(
                texts.get(
                    "cli.policy.summary",
                    version=report.version,
                    rules=report.rules,
                    words=report.words,
                    tests=report.tests,
                    findings=len(report.findings),
                )
            )
    return ExitCode.OK if report.is_usable else ExitCode.USAGE


def _lines(report: CheckReport) -> list[FindingLine]:
    return [
        FindingLine(
            level=finding.level.value,
            code=finding.code,
            message=finding.message,
            file=str(finding.file) if finding.file is not None else None,
            line=finding.line,
            rule_id=finding.rule_id,
            key=finding.key,
            nearest=finding.nearest,
        )
        for finding in report.findings
    ]


def _packs(options: Namespace, texts: Texts) -> ExitCode:
    packs = [_pack_line(packaged(name)) for name in packaged_names()]
    if options.jsonl:
        for pack in packs:
            emit(pack)
    elif options.json:
        emit(PacksAnswer(items=packs))
    else:
        for pack in packs:
            emit_text(texts.get("cli.policy.pack", name=pack.name, version=pack.version, rules=pack.rules))
    return ExitCode.OK


def _pack_line(pack: Pack) -> PackLine:
    return PackLine(
        name=pack.name,
        version=pack.version,
        rules=len(pack.rules),
        title=dict(pack.title),
        extends=list(pack.extends),
        own_rules=[
            RuleLine(
                rule_id=rule.id,
                category=rule.category,
                severity=rule.severity.value,
                title=dict(rule.title),
                advice=dict(rule.advice),
            )
            for rule in pack.own_rules
        ],
    )
