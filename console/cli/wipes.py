"""`wipe`: erase a phone; one person asks by typing its name, another agrees. `wipes show`: how it went."""

import select
import sys

import msgspec

from daemon.api.client import ApiClient
from daemon.api.exit_codes import ExitCode
from daemon.api.wiping import Wipe, WipeCertificateView, WipeOutlook, WipeVerdict
from daemon.api.wiping_client import wipe_of, wipe_outlook
from daemon.api.wire import CommandRequest, Verb, WipeParameters

from ..plain_text import clean_line
from .command_ends import follow
from .context import NOT_DONE, Context, UsageError, is_asking_possible
from .output import Format
from .times import shown

_PIPED_S = 2.0


class _Wipe(msgspec.Struct):
    serial: str
    reason: str = ""
    typed_name: str | None = None
    is_unread: bool = False
    is_check: bool = False
    key: str | None = None
    wait: float | None = None


class _One(msgspec.Struct):
    command_id: str


async def ask_for(context: Context) -> ExitCode:
    """Say what would happen, have the name typed, and queue it for another person."""
    asked = context.take(_Wipe)
    if not asked.is_check and not asked.reason.strip():
        raise UsageError("usage.no_reason")
    async with context.client() as client:
        outlook = await wipe_outlook(client, asked.serial)
        if asked.is_check or outlook.verdict is WipeVerdict.IMPOSSIBLE:
            return _tell_only(context, outlook)
        tell_outlook(context, outlook)
        typed = asked.typed_name if asked.typed_name is not None else _typed(context, outlook)
        if not typed.strip():
            context.output.say("not_done")
            return NOT_DONE
        order = CommandRequest(
            device=outlook.device,
            verb=Verb.WIPE,
            reason=asked.reason,
            parameters=WipeParameters(typed_name=typed, without_last_read=asked.is_unread),
            idempotency_key=asked.key,
        )
        command = await client.command(order)
        if command.awaiting_approval:
            context.output.say("awaits_approval", command=command.command_id)
        return await follow(context, client, command, asked.wait)


async def show(context: Context) -> ExitCode:
    """Stage by stage, and the certificate."""
    async with context.client() as client:
        wipe = await wipe_of(client, context.take(_One).command_id)
    if context.output.format is not Format.TABLE:
        context.output.items([wipe])
        return ExitCode.OK
    _tell_wipe(context, wipe)
    return ExitCode.OK


async def tell_outlook_of(context: Context, client: ApiClient, device: str) -> None:
    """For whoever is about to agree."""
    tell_outlook(context, await wipe_outlook(client, device))


def tell_outlook(context: Context, outlook: WipeOutlook) -> None:
    """On stderr: what has to be known before."""
    say = context.output.say
    employee = outlook.employee or context.texts.get("cli.not_enrolled")
    say("wipe.phone", device=outlook.device, employee=employee)
    say("wipe.because", because=outlook.because)
    if outlook.by_hand is not None:
        say("wipe.by_hand", by_hand=outlook.by_hand)
    if outlook.is_by_network:
        say("wipe.by_network")
    if not outlook.is_read_whole:
        say("wipe.not_read")
    if outlook.holds:
        say("wipe.holds", holds=", ".join(outlook.holds))


def _tell_only(context: Context, outlook: WipeOutlook) -> ExitCode:
    if context.output.format is not Format.TABLE:
        context.output.items([outlook])
    else:
        tell_outlook(context, outlook)
        context.output.line(f"{outlook.device}  {context.word('wipe_verdict', outlook.verdict.value)}")
    return ExitCode.PARTIAL if outlook.verdict is WipeVerdict.IMPOSSIBLE else ExitCode.OK


def _typed(context: Context, outlook: WipeOutlook) -> str:
    if not is_asking_possible():
        # A script may write the name as a person would type it; one that writes nothing must not wait for ever.
        is_there, _, _ = select.select([sys.stdin], [], [], _PIPED_S) if not sys.stdin.isatty() else ([], [], [])
        line = sys.stdin.readline().strip() if is_there else ""
        if not line:
            raise UsageError("usage.wipe_name")
        return line
    sys.stderr.write(clean_line(context.texts.get("cli.wipe.type_name", device=outlook.device)) + " ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _tell_wipe(context: Context, wipe: Wipe) -> None:
    state = context.texts.get(f"state.{wipe.state}") if wipe.state else "-"
    facts = [("device", wipe.device), ("state", state)]
    facts += [(f"wipe_{one.stage}", _stage(shown(one.at), one.code)) for one in wipe.stages]
    if wipe.certificate is not None:
        facts += _facts(context, wipe.certificate)
    context.output.facts(facts)


def _stage(at: str, code: str) -> str:
    return at if code == "ok" else f"{at}  {code}"


def _facts(context: Context, paper: WipeCertificateView) -> list[tuple[str, str]]:
    evidence = paper.evidence
    word = {True: context.texts.get("cli.wipe.yes"), False: context.texts.get("cli.wipe.no"), None: "?"}
    return [
        ("wipe_model", paper.model),
        ("employee", paper.employee or "-"),
        ("wipe_reason", paper.reason),
        ("requested_by", f"{paper.requested_by}  {shown(paper.requested_at)}"),
        ("wipe_approved_by", f"{paper.approved_by or '-'}  {shown(paper.approved_at) if paper.approved_at else ''}"),
        ("wipe_read", word[paper.was_read_before]),
        ("wipe_anew", word[evidence.started_anew]),
        ("wipe_new_id", word[evidence.new_install_id]),
        ("wipe_marks", f"{evidence.marks_gone}/{evidence.marks_planted}"),
        ("wipe_messages", f"{word[evidence.messages_before]} → {word[evidence.messages_after]}"),
        ("wipe_apps", f"{_count(evidence.apps_before)} → {_count(evidence.apps_after)}"),
        ("wipe_relocked", word[paper.is_locked_anew]),
        ("wipe_ledger", str(paper.ledger_index)),
    ]


def _count(count: int | None) -> str:
    return "?" if count is None else str(count)
