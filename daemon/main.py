"""Entry of `shopwardend`: parse, call one subcommand, turn every foreseeable error into a message and an exit code."""

import importlib
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from .api.exit_codes import ExitCode
from .api.texts import Texts, language_wish, pick_language
from .cli.narration import emit_text, say, tell_refusal, texts_for
from .cli.parser import HANDED_OVER, build_parser
from .refusals import refusal_of
from .version import daemon_version

_COMMANDS = {
    "run": "daemon.cli.run",
    "init": "daemon.cli.init",
    "check-config": "daemon.cli.check_config",
    "keys": "daemon.cli.keys",
    "verify": "daemon.cli.verify",
    "backup": "daemon.cli.backup",
    "backup-list": "daemon.cli.backup_list",
    "backup-drill": "daemon.cli.backup_drill",
    "restore": "daemon.cli.restore",
    "reindex": "daemon.cli.reindex",
    "heads": "daemon.cli.heads",
    "verify-proof": "daemon.cli.verify_proof",
    "verify-ack": "daemon.cli.verify_ack",
    "verify-bundle": "daemon.cli.verify_bundle",
    "cosign": "daemon.cli.cosign",
    "scan": "daemon.cli.scan",
    "mask": "daemon.cli.mask",
    "policy": "daemon.cli.policy",
    "web-account": "daemon.cli.web_account",
    "connect-shop": "daemon.cli.connect_shop",
    "shops": "daemon.cli.shops",
    "install-service": "daemon.cli.install_service",
    "adb-server": "daemon.cli.adb_server",
    "upgrade": "daemon.cli.upgrade",
    "config-reference": "daemon.cli.config_reference",
}
_FOREIGN = {"simphone": "adb_bridge.simphone.__main__", "demo": "daemon.demo.main"}


class _Command(Protocol):
    def __call__(self, options: Namespace, texts: Texts) -> ExitCode: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code of the contract."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] in HANDED_OVER:
        return _hand_over(arguments[0], arguments[1:])
    texts = texts_for(pick_language(language_wish(arguments), os.environ))
    called_as = os.environ.pop("SHOPWARDEN_CALLED_AS", "")
    parser = build_parser(texts, "shopwarden" if called_as == "shopwarden" else "shopwardend")
    options = parser.parse_args(arguments)
    if options.version:
        emit_text(f"shopwardend {daemon_version()}")
        return ExitCode.OK
    if options.command is None:
        parser.print_help(sys.stderr)
        return ExitCode.USAGE
    run = cast(_Command, importlib.import_module(_COMMANDS[options.command]).run)
    try:
        return run(options, texts)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # The reader of our output left (`| head`). Python would complain once more while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        tell_refusal(refusal, texts)
        return refusal.exit_code


def _hand_over(name: str, arguments: list[str]) -> int:
    """The packages own their arguments; nothing of them is loaded unless asked for."""
    try:
        module = importlib.import_module(_FOREIGN[name])
    except ModuleNotFoundError as error:
        if error.name is None or not _FOREIGN[name].startswith(error.name):
            raise
        say(f"{name}: not part of this build")
        return ExitCode.USAGE
    return int(cast(Callable[[list[str]], int | None], module.main)(arguments) or 0)
