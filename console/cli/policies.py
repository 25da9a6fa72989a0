"""`policy try`: what a candidate rule set would find in the archive, before it is adopted."""

import asyncio
import sys

import msgspec

from daemon.api.client import ApiClient
from daemon.api.exit_codes import ExitCode
from daemon.api.policy import Trial, TrialExample, TrialReport, TrialRequest, TrialRule
from daemon.api.policy_client import start_trial, stop_trial, trial

from ..plain_text import short_word
from ..rule_files import RuleFilesError, read_rules
from .context import Context, UsageError
from .moments import since_of, until_of
from .output import Format
from .table import Cell

_LOOK_S = 0.25
_TENTH = 10
_COLUMNS = ("rule", "trial_found", "trial_now", "trial_new", "trial_lost", "trial_how", "trial_severity")


class _Try(msgspec.Struct):
    source: str
    beside: list[str] | None = None
    since: str | None = None
    until: str | None = None
    phone: str | None = None
    limit: int = 10_000


async def try_rules(context: Context) -> ExitCode:
    """Counts for each rule, compared with the rules in force, and masked examples; the doubtful ones first."""
    arguments = context.take(_Try)
    try:
        packs, files = read_rules(arguments.source)
    except RuleFilesError as error:
        raise UsageError(f"usage.rules_{error.key}", name=error.name) from None
    request = TrialRequest(
        packs=(*(arguments.beside or ()), *packs),
        files=files,
        since=since_of(arguments.since),
        until=until_of(arguments.until),
        device=arguments.phone,
        limit=arguments.limit,
    )
    async with context.client() as client:
        ended = await _watched(context, client, await start_trial(client, request))
    if ended.report is None:
        context.output.error(context.texts.get(f"cli.policy_try.{ended.problem}"))
        return ExitCode.PARTIAL
    if context.output.format is not Format.TABLE:
        context.output.items([ended.report])
    else:
        _tell(context, ended.report)
    return ExitCode.OK


async def _watched(context: Context, client: ApiClient, one: Trial) -> Trial:
    """Until it ends; each tenth told at a terminal. Interrupting this asks the daemon to stop it."""
    told = -1
    try:
        while not one.is_done:
            tenth = _TENTH * one.done // one.of if one.of else 0
            if tenth != told and sys.stderr.isatty():
                told = tenth
                context.output.say("policy_try.progress", done=one.done, of=one.of)
            await asyncio.sleep(_LOOK_S)
            one = await trial(client, one.trial_id)
    except asyncio.CancelledError:
        await asyncio.shield(stop_trial(client, one.trial_id))
        raise
    return one


def _tell(context: Context, report: TrialReport) -> None:
    output, texts = context.output, context.texts
    summary = texts.get(
        "cli.policy_try.summary",
        messages=report.messages,
        found=report.found,
        now=report.found_now,
        new=report.newly,
        lost=report.no_longer,
        version=report.version,
        version_now=report.version_now,
    )
    output.line(summary)
    if report.is_cut:
        output.say("policy_try.cut", count=report.messages)
    if not report.rules:
        output.empty("policy_try.nothing")
        return
    output.table(_COLUMNS, [_row(context, rule) for rule in report.rules])
    for rule in report.rules:
        if rule.examples or rule.lost_examples:
            output.line("")
            output.line(f"{rule.rule_id}  {rule.title}")
            for example in rule.examples:
                output.line(f"  {_mark(context, example)} {_shown(context, example)}")
            for example in rule.lost_examples:
                output.line(f"  {texts.get('cli.policy_try.lost')} {_shown(context, example)}")


def _row(context: Context, rule: TrialRule) -> list[Cell]:
    texts = context.texts
    return [
        Cell(rule.rule_id),
        Cell(str(rule.messages)),
        Cell(str(rule.messages_now)),
        Cell(f"+{rule.newly}" if rule.newly else "0", "1" if rule.newly else ""),
        Cell(f"-{rule.no_longer}" if rule.no_longer else "0", "1" if rule.no_longer else ""),
        Cell(" · ".join(f"{texts.get(f'policy.how.{how}')} {count}" for how, count in rule.by_how.items()) or "-"),
        Cell(" · ".join(f"{texts.get(f'policy.severity.{name}')} {n}" for name, n in rule.by_severity.items()) or "-"),
    ]


def _mark(context: Context, example: TrialExample) -> str:
    return context.texts.get("cli.policy_try.new" if example.is_new else "cli.policy_try.known")


def _shown(context: Context, example: TrialExample) -> str:
    """The evidence in brackets in what stands around it."""
    text = example.surface
    marked = f"{text[: example.start]}[{text[example.start : example.end]}]{text[example.end :]}"
    how = context.texts.get(f"policy.how.{example.how}")
    return f"{marked}  ({short_word(example.word)}, {how}, {example.event_id})"
