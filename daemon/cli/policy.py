"""`policy` by its action; `policy packs`."""

import os
import sys
from argparse import Namespace

import msgspec

from policies.packs import Pack, packaged, packaged_names

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from . import policy_check, policy_explain
from .narration import emit, emit_text


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
            return policy_check.run(options, texts)
        case "explain":
            return policy_explain.run(options, texts)
        case "try" | "rules" | "state":
            return _ask_daemon(options)
        case _:
            return _packs(options, texts)


def _ask_daemon(options: Namespace) -> ExitCode:
    """Become the client, which asks the running daemon: its exit code is ours."""
    sys.stdout.flush()
    command = [sys.executable, "-P", "-m", "console.main", "policy", options.action, *options.rest]
    os.execv(sys.executable, command)  # noqa: S606 - our own program


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
