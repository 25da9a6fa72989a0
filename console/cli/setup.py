"""`setup`: a new store, by questions at a terminal or from options alone."""

import os
import sys
from pathlib import Path

import msgspec

from daemon.api.exit_codes import ExitCode
from daemon.api.texts import load_texts

from ..setup.answers import Answers, KeyKind
from ..setup.place import Place, place_of
from ..setup.program import DaemonProgram, SetupError
from ..setup.wizard import CATALOG, Ending, run_wizard
from ..setup.zones import is_zone
from .console_options import console_start
from .context import Context, UsageError
from .output import Format

LEAST_NOTICE = 10
MOST_NOTICE = 2000
_MOST_LINE = 4096


class _Setup(msgspec.Struct):
    yes: bool = False
    store_name: str | None = None
    timezone: str = ""
    notice_title: str | None = None
    notice_file: str | None = None
    passphrase_fd: int | None = None
    key_file: str | None = None
    credential: str | None = None
    no_start: bool = False
    ascii: bool = False


class SetUp(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, for `--json`."""

    store: str
    state: str
    config: str
    socket: str
    key_source: str
    is_running: bool


async def set_up(context: Context) -> ExitCode:
    """With `--yes` nothing is asked; without it a terminal is needed."""
    arguments = context.take(_Setup)
    place = place_of(context.state, context.socket, context.env)
    if arguments.yes:
        return await _without_questions(context, arguments, place)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        context.output.error(
            context.texts.get("cli.needs_terminal"), context.texts.get("cli.hint_help", command="shopwarden setup")
        )
        return ExitCode.USAGE
    settings = console_start({"ascii_signs": arguments.ascii}, context.env).settings
    ended = await run_wizard(place, load_texts(context.texts.language.value, CATALOG), context.env, settings)
    if ended.ending is Ending.OPEN_CONSOLE:
        where = ["--state", str(place.state), "--socket", str(place.socket), "--lang", ended.language.value]
        os.execv(sys.executable, [sys.executable, "-P", "-m", "console.main", *where])
    return ExitCode.OK


async def _without_questions(context: Context, arguments: _Setup, place: Place) -> ExitCode:
    answers = _answers(context, arguments)
    if place.has_keys or place.config.exists():
        raise UsageError("usage.setup_done", state=str(place.state))
    passphrase = _passphrase(arguments.passphrase_fd)
    program = DaemonProgram(place=place, texts=context.texts)
    try:
        await program.initialise(answers, passphrase)
        if not arguments.no_start:
            await program.start(passphrase)
    except SetupError as error:
        context.output.error(error.message, error.hint)
        return error.exit_code
    made = SetUp(
        store=answers.store_name, state=str(place.state), config=str(place.config), socket=str(place.socket),
        key_source=answers.key.value, is_running=not arguments.no_start,
    )  # fmt: skip
    if context.output.format is not Format.TABLE:
        context.output.items([made])
        return ExitCode.OK
    daemon = context.texts.get(f"cli.setup.{'running' if made.is_running else 'stopped'}")
    context.output.line(context.texts.get("cli.setup.done", store=made.store, state=made.state, daemon=daemon))
    context.output.say("setup.next")
    return ExitCode.OK


def _answers(context: Context, arguments: _Setup) -> Answers:
    if not (arguments.store_name or "").strip():
        raise UsageError("usage.setup_store_name")
    given = [arguments.passphrase_fd is not None, arguments.key_file is not None, arguments.credential is not None]
    if sum(given) != 1:
        raise UsageError("usage.setup_key")
    if arguments.timezone and not is_zone(arguments.timezone):
        raise UsageError("usage.setup_timezone", zone=arguments.timezone)
    kinds = (KeyKind.PASSPHRASE, KeyKind.FILE, KeyKind.CREDENTIAL)
    store = (arguments.store_name or "").strip()
    text = context.texts.get("app.setup.template.text", store=store)
    return Answers(
        language=context.texts.language,
        store_name=store,
        timezone=arguments.timezone,
        key=kinds[given.index(True)],
        key_file=str(Path(arguments.key_file).expanduser().absolute()) if arguments.key_file else "",
        credential=arguments.credential or "",
        notice_title=arguments.notice_title or context.texts.get("app.setup.template.title"),
        notice_text=text if arguments.notice_file is None else _notice(arguments.notice_file),
    )


def _notice(file: str) -> str:
    refusal = UsageError("usage.setup_notice", file=file, least=LEAST_NOTICE, most=MOST_NOTICE)
    try:
        text = Path(file).read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise refusal from None
    if not LEAST_NOTICE <= len(text) <= MOST_NOTICE:
        raise refusal
    return text


def _passphrase(descriptor: int | None) -> str | None:
    if descriptor is None:
        return None
    try:
        with os.fdopen(descriptor, "rb") as stream:
            return stream.readline(_MOST_LINE).rstrip(b"\r\n").decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError("usage.setup_fd") from None
