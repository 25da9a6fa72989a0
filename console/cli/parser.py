"""The arguments of `shopwarden`, with help and complaints in the reader's language."""

import argparse
import re
import shutil
import sys
from collections.abc import Sequence
from typing import ClassVar, NoReturn

from daemon.api.exit_codes import ExitCode
from daemon.api.importing import ImportKind
from daemon.api.texts import Texts

from ..app.theme_names import THEMES
from ..plain_text import clean_line
from . import (
    backup_arguments,
    command_arguments,
    event_arguments,
    exports_arguments,
    keys_arguments,
    proof_arguments,
    requests_arguments,
    rescans_arguments,
    retention_arguments,
)
from .hand_over import HANDED_OVER
from .numbers import count, index
from .rooms import ADDERS
from .table import wrap

MAX_REASON = 500
"""Characters of what `--reason` takes."""

_COMPLAINTS = (
    ("reason", re.compile(r"argument --reason: \d+ characters")),
    ("required", re.compile(r"the following arguments are required: (?P<what>.*)", re.DOTALL)),
    (
        "choice",
        re.compile(r"argument (?P<name>[^:]*): invalid choice: (?P<what>.*) \(choose from (?P<list>.*)\)", re.DOTALL),
    ),
    ("unknown", re.compile(r"unrecognized arguments: (?P<what>.*)", re.DOTALL)),
    ("expected", re.compile(r"argument (?P<name>[^:]*): expected .*", re.DOTALL)),
    ("invalid", re.compile(r"argument (?P<name>[^:]*): (?:invalid \S+ value: )?(?P<what>.*)", re.DOTALL)),
)


class Parser(argparse.ArgumentParser):
    """argparse in two languages; the class attribute is set by `build_parser`."""

    texts: ClassVar[Texts]

    def __init__(self, prog: str | None = None, description: str | None = None, **_: object) -> None:
        super().__init__(
            prog=prog, description=description, add_help=False, allow_abbrev=False, formatter_class=self._formatter
        )
        self._positionals.title = self.texts.get("cli.help.positionals")
        self._optionals.title = self.texts.get("cli.help.options")
        self.add_argument("-h", "--help", action="help", help=self.texts.get("cli.option.help"))

    def error(self, message: str) -> NoReturn:
        """`error:` and `hint:` on stderr, exit code 2."""
        complaint = clean_line(_complaint(self.texts, message))
        self._say(f"{self.texts.get('cli.error')} {complaint}")
        self._say(f"{self.texts.get('cli.hint')} {self.texts.get('cli.hint_help', command=self.prog)}")
        raise SystemExit(int(ExitCode.USAGE))

    def _say(self, text: str) -> None:
        self._print_message(text + "\n", sys.stderr)

    def _formatter(self, prog: str) -> argparse.HelpFormatter:
        return _Formatter(prog, self.texts.get("cli.help.usage"))


class _Formatter(argparse.HelpFormatter):
    """Wraps by cells, so that Chinese help fits the terminal."""

    def __init__(self, prog: str, usage_word: str) -> None:
        columns = shutil.get_terminal_size().columns
        # argparse counts characters; a heading in Chinese takes up to four cells more.
        super().__init__(prog, max_help_position=30, width=columns - 6)
        self._usage_word = usage_word

    def add_usage(  # type: ignore[override]
        self, usage: str | None, actions: Sequence[argparse.Action], groups: object, prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, f"{self._usage_word} " if prefix is None else prefix)  # type: ignore[arg-type]

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in wrap(text, width - len(indent)))


def build_parser(texts: Texts) -> argparse.ArgumentParser:
    """Every subcommand; those of HANDED_OVER are listed for the help only."""
    bound = type("BoundParser", (Parser,), {"texts": texts})
    return Builder(texts, bound).build()


class Builder:
    """What the files of single subcommands build their arguments with."""

    def __init__(self, texts: Texts, kind: type[Parser]) -> None:
        self._texts = texts
        self._kind = kind

    def build(self) -> argparse.ArgumentParser:
        parser = self._kind(prog="shopwarden", description=self.text("description"))
        self._common(parser)
        parser.add_argument("--version", action="store_true", help=self.text("option.version"))
        parser.add_argument("--readonly", action="store_true", help=self.text("option.readonly"))
        parser.add_argument("--plain", action="store_true", help=self.text("option.plain"))
        parser.add_argument("--theme", choices=THEMES, metavar="NAME", help=self.text("option.theme"))
        parser.add_argument("--ascii", dest="ascii_signs", action="store_true", help=self.text("option.ascii_signs"))
        parser.add_argument("--no-mouse", dest="no_mouse", action="store_true", help=self.text("option.no_mouse"))
        parser.add_argument("--check-config", action="store_true", help=self.text("option.check_config"))
        commands = parser.add_subparsers(dest="command", metavar="COMMAND", title=self.text("help.commands"))
        self._devices(commands)
        self._enrolment(commands)
        event_arguments.add(self, commands)
        retention_arguments.add(self, commands)
        rescans_arguments.add(self, commands)
        requests_arguments.add(self, commands)
        backup_arguments.add(self, commands)
        keys_arguments.add(self, commands)
        self._attachments(commands)
        self._imports(commands)
        exports_arguments.add(self, commands)
        for add in ADDERS:
            add(self, commands)
        proof_arguments.add(self, commands)
        self.add(commands, "doctor")
        unlock = self.add(commands, "unlock")
        command_arguments.add_unlock(self, unlock)
        self.option(unlock, "--passphrase-fd", "unlock_fd", dest="passphrase_fd", type=int, metavar="N")
        self.option(unlock, "--status", "unlock_status", dest="status", action="store_true")
        verify = self.add(commands, "verify")
        self.option(verify, "--since", "since_index", type=index, metavar="INDEX")
        self.option(verify, "--offline", "offline", action="store_true")
        self.option(verify, "--media", "verify_media", dest="media", action="store_true")
        self.option(verify, "--index", "verify_index", dest="index", action="store_true")
        self.option(verify, "--key-file", "key_file", metavar="PATH")
        self.option(verify, "--passphrase-fd", "passphrase_fd", metavar="N")
        self.option(verify, "--credential", "credential", metavar="NAME")
        self.option(verify, "--config", "config", metavar="FILE")
        for name in HANDED_OVER:
            if name != "policy":
                self.add(commands, name)
        return parser

    def _devices(self, commands: "argparse._SubParsersAction[Parser]") -> None:
        devices = self.add(commands, "devices")
        actions = self.actions(devices, "devices")
        self.action(actions, "devices", "list")
        self.argument(self.action(actions, "devices", "show"), "serial")
        self.argument(self.action(actions, "devices", "connect"), "address")
        self.argument(self.action(actions, "devices", "disconnect"), "address")
        self.action(actions, "devices", "discover")
        self.argument(self.action(actions, "devices", "verbs"), "serial")
        pair = self.action(actions, "devices", "pair")
        pair.add_argument("address", nargs="?", metavar="ADDRESS", help=self.text("argument.pairing_address"))
        self.option(pair, "--code", "pairing_code", dest="code", metavar="CODE")
        self.option(pair, "--qr", "qr", action="store_true")
        self.option(pair, "--ascii", "ascii", action="store_true")
        wireless = self.action(actions, "devices", "wireless")
        self.argument(wireless, "serial")
        wireless.add_argument("switch", choices=("on", "off"), metavar="on|off", help=self.text("argument.switch"))

    def _enrolment(self, commands: "argparse._SubParsersAction[Parser]") -> None:
        enrol = self.add(commands, "enrol")
        self.argument(enrol, "serial")
        self.option(enrol, "--employee", "employee", required=True, metavar="NAME")
        self.option(enrol, "--notice-version", "notice_version", required=True, metavar="V")
        self.option(enrol, "--acknowledged-by", "acknowledged_by", required=True, metavar="NAME")
        self.option(enrol, "--scope", "scope", metavar="SOURCES")
        unenrol = self.add(commands, "unenrol")
        self.argument(unenrol, "serial")
        self.option(unenrol, "--reason", "reason", required=True, metavar="TEXT")
        self.option(unenrol, "--yes", "yes", action="store_true")

    def _attachments(self, commands: "argparse._SubParsersAction[Parser]") -> None:
        actions = self.actions(self.add(commands, "attachments"), "attachments")
        actions.required = True
        self.argument(self.action(actions, "attachments", "list"), "event_id")
        save = self.action(actions, "attachments", "save")
        self.argument(save, "event_id")
        save.add_argument("number", type=count, metavar="N", help=self.text("argument.number"))
        self.option(save, "--reason", "reason", required=True, metavar="TEXT")
        self.option(save, "--output", "output", required=True, metavar="FILE")

    def _imports(self, commands: "argparse._SubParsersAction[Parser]") -> None:
        parser = self.add(commands, "import")
        self.argument(parser, "files", nargs="+")
        self.option(parser, "--device", "import_device", dest="device", required=True, metavar="SERIAL")
        kinds = tuple(kind.value for kind in ImportKind)
        self.option(parser, "--kind", "import_kind", dest="kind", choices=kinds, metavar="KIND", listed=kinds)
        self.option(parser, "--check", "import_check", dest="check", action="store_true")

    def add(self, commands: "argparse._SubParsersAction[Parser]", name: str) -> Parser:
        text = self.text(f"command.{name.replace('-', '_')}")
        parser = commands.add_parser(name, help=text, description=text)
        self._common(parser)
        return parser

    def actions(self, parser: Parser, name: str) -> "argparse._SubParsersAction[Parser]":
        return parser.add_subparsers(dest="action", metavar="ACTION", title=self.text("help.actions"))

    def action(self, actions: "argparse._SubParsersAction[Parser]", owner: str, name: str) -> Parser:
        text = self.text(f"command.{owner}_{name}")
        parser = actions.add_parser(name, help=text, description=text)
        self._common(parser)
        return parser

    def _common(self, parser: Parser) -> None:
        # Accepted before and after the subcommand: a missing one must not overwrite the other place's.
        self.option(parser, "--state", "state", metavar="DIR")
        self.option(parser, "--socket", "socket", metavar="FILE")
        self.option(parser, "--shop", "shop", metavar="NAME")
        self.option(parser, "--lang", "lang", choices=("en", "zh"))
        self.option(parser, "--json", "json", action="store_true")
        self.option(parser, "--jsonl", "jsonl", action="store_true")

    def argument(self, parser: Parser, name: str, nargs: str | None = None) -> None:
        singular = name.removesuffix("s") if nargs else name
        parser.add_argument(name, nargs=nargs, metavar=singular.upper(), help=self.text(f"argument.{name}"))

    def option(
        self,
        parser: Parser,
        flag: str,
        key: str,
        *,
        listed: Sequence[str] = (),
        **settings: object,
    ) -> None:
        text = self.text(f"option.{key}", values=", ".join(listed))
        if flag == "--reason":
            settings["type"] = _reason
        parser.add_argument(flag, help=text, default=argparse.SUPPRESS, **settings)  # type: ignore[arg-type]

    def text(self, key: str, /, **values: str) -> str:
        return self._texts.get(f"cli.{key}", **values).replace("%", "%%")


def _complaint(texts: Texts, message: str) -> str:
    for name, pattern in _COMPLAINTS:
        if match := pattern.fullmatch(message):
            return texts.get(f"cli.complaint.{name}", **match.groupdict())
    return message


def _reason(text: str) -> str:
    stripped = text.strip()
    if not 1 <= len(stripped) <= MAX_REASON:
        raise argparse.ArgumentTypeError(f"{len(stripped)} characters")
    return stripped
