"""Entry of `shopwarden`: the console at a terminal, or one subcommand."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from daemon.api.exit_codes import ExitCode
from daemon.api.shops import VARIABLE as SHOP_VARIABLE
from daemon.api.shops import Door, RemoteShop, ShopError, load_shop
from daemon.api.state_dir import socket_path, state_directory
from daemon.api.texts import Texts, language_wish, load_texts, pick_language

from .cli.hand_over import HANDED_OVER

CATALOG = Path(__file__).parent / "catalog"
HERE_ONLY = frozenset({*HANDED_OVER, "setup", "unlock", "web"}) - {"policy"}
"""What works on this machine's own files, and is refused for a shop elsewhere."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run; returns the exit code of the contract."""
    from .cli.hand_over import NotElsewhereError, run_daemon_program, split_handed_over
    from .cli.parser import build_parser
    from .cli.provision_arguments import with_action

    arguments = list(sys.argv[1:] if argv is None else argv)
    language = pick_language(language_wish(arguments), os.environ)
    try:
        handed = split_handed_over(arguments)
    except NotElsewhereError as error:
        return _refuse_elsewhere(str(error), load_texts(language, CATALOG))
    if handed is not None:
        name, rest, environment = handed
        if name == "demo":
            from .cli import demo

            if demo.wants_console(rest):
                return demo.run_with_console(rest, language.value, environment)
        run_daemon_program([name, *rest], environment)
    texts = load_texts(language, CATALOG)
    parser = build_parser(texts)
    options = vars(parser.parse_args(with_action(arguments)))
    try:
        return _run(options, texts)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        from .cli.output import leave_quietly

        leave_quietly()
        return 128 + signal.SIGPIPE


def _run(options: dict[str, object], texts: Texts) -> int:
    state = state_directory(_path(options.get("state")), os.environ)
    socket = socket_path(_path(options.get("socket")), state, os.environ)
    if options.get("version"):
        from importlib.metadata import version

        sys.stdout.write(f"shopwarden {version('shopwarden')}\n")
        return ExitCode.OK
    command = options.get("command")
    shop = _shop(options)
    if isinstance(shop, ShopError):
        return _refuse_shop(shop, texts)
    if options.get("check_config") and command is None:
        from .cli.console_options import check, console_start
        from .cli.output import Format, Output

        return check(console_start(options, os.environ), texts, Output(texts, Format.TABLE, os.environ))
    if isinstance(command, str):
        return _run_subcommand(command, options, texts, _Where(state=state, socket=socket, shop=shop))
    return _run_console(options, texts, _Where(state=state, socket=socket, shop=shop))


def _run_subcommand(command: str, options: dict[str, object], texts: Texts, where: "_Where") -> int:
    from daemon.api.errors import ApiClientError

    from .cli.context import Context, UsageError
    from .cli.dispatch import handler_of
    from .cli.output import Format, Output

    form = Format.JSON if options.get("json") else Format.JSONL if options.get("jsonl") else Format.TABLE
    output = Output(texts, form, os.environ)
    if where.shop is not None and command in HERE_ONLY:
        return _refuse_elsewhere(command, texts)
    context = Context(
        texts=texts,
        output=output,
        state=where.state,
        socket=where.socket,
        env=os.environ,
        arguments=options,
        shop=where.shop,
    )
    action = options.get("action")

    async def run() -> ExitCode:
        return await handler_of(command, action if isinstance(action, str) else None)(context)

    try:
        return asyncio.run(run())
    except UsageError as error:
        hint = texts.get("cli.hint_help", command=f"shopwarden {command}")
        output.error(texts.get(f"cli.{error.key}", **error.values), hint)
        return ExitCode.USAGE
    except ApiClientError as error:
        output.refusal(error)
        return error.exit_code


def _run_console(options: dict[str, object], texts: Texts, where: "_Where") -> int:
    from daemon.api.web import SESSION_VARIABLE

    web_session = os.environ.pop(SESSION_VARIABLE, None)  # no process that we start ever sees it
    if options.get("plain"):
        from .app.access import AccessMode
        from .plain.loop import run_plain

        return run_plain(where.door, texts, AccessMode.READ_ONLY if options.get("readonly") else AccessMode.FULL)
    if web_session is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        from .cli.output import Format, Output

        output = Output(texts, Format.TABLE, os.environ)
        output.error(texts.get("cli.needs_terminal"), texts.get("cli.hint_help", command="shopwarden"))
        return ExitCode.USAGE
    from .cli.console_options import console_start
    from .setup.place import is_needed, place_of

    start = console_start(options, os.environ)
    place = place_of(where.state, where.socket, os.environ)
    if web_session is None and where.shop is None and is_needed(place):
        from .setup.wizard import Ending, run_wizard

        ended = asyncio.run(run_wizard(place, load_texts(start.language, CATALOG), os.environ, start.settings))
        if ended.ending is Ending.LEFT:
            return ExitCode.OK
        start = console_start({**options, "lang": ended.language.value}, os.environ)
    from .app.access import AccessMode
    from .app.app import run_app
    from .app.settings import ConsoleOptions

    mode = AccessMode.READ_ONLY if options.get("readonly") else AccessMode.FULL
    return run_app(
        ConsoleOptions(
            socket=where.door,
            language=texts.language.value if web_session is not None else start.language,
            mode=mode,
            settings=start.settings,
            kept=start.kept,
            file=start.path if web_session is None else None,
            problems=start.problems,
            web_session=web_session,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """Whose daemon is meant."""

    state: Path
    socket: Path
    shop: RemoteShop | None

    @property
    def door(self) -> Door:
        return self.shop or self.socket


def _shop(options: dict[str, object]) -> RemoteShop | ShopError | None:
    """`--shop`, else $SHOPWARDEN_SHOP unless another place is named."""
    named = options.get("shop")
    if not isinstance(named, str):
        named = None if options.get("socket") or options.get("state") else os.environ.get(SHOP_VARIABLE)
    if not named or options.get("version"):
        return None
    try:
        return load_shop(named, os.environ)
    except ShopError as error:
        return error


def _refuse_shop(error: ShopError, texts: Texts) -> int:
    from .cli.output import Format, Output

    Output(texts, Format.TABLE, os.environ).error(
        texts.get(f"error.{error.code}.message", name=error.name),
        texts.get(f"error.{error.code}.hint", name=error.name),
    )
    return ExitCode.NOT_FOUND if error.code == "shop.unknown" else ExitCode.USAGE


def _refuse_elsewhere(command: str, texts: Texts) -> ExitCode:
    from .cli.output import Format, Output

    Output(texts, Format.TABLE, os.environ).error(
        texts.get("error.shop.not_here.message", command=command), texts.get("error.shop.not_here.hint")
    )
    return ExitCode.USAGE


def _path(value: object) -> Path | None:
    return Path(value) if isinstance(value, str) and value else None


if __name__ == "__main__":
    sys.exit(main())
