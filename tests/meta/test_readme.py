"""The README in both languages says what the program is: its subcommands, actions, options and exit codes."""

import argparse
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cli.hand_over import HANDED_OVER
from console.cli.parser import build_parser
from console.main import CATALOG
from daemon.api.exit_codes import ExitCode
from daemon.api.texts import load_texts
from daemon.cli.narration import texts_for
from daemon.cli.parser import build_parser as build_daemon_parser
from daemon.demo.main import CATALOG as DEMO_CATALOG
from daemon.demo.main import _parser as build_demo_parser

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
_COMMAND = re.compile(r"(?:^|`|, )(shopwardend?) (?:--lang \w+ )?([a-z][a-z-]*)([^`#]*)", re.MULTILINE)
"""A command in back quotes or at the start of a line of a code block."""
_OPTION = re.compile(r"--[a-z][a-z-]*")
_CHOICES = re.compile(r" \[([a-z]+(?: [^|\]]+)?(?:\|[^|\]]+)+)\]")
"""`[list|show SERIAL|…]`: the actions of a subcommand."""


@pytest.mark.parametrize("name", READMES)
def test_every_command_exists_with_its_actions_and_options(name: str) -> None:
    commands = list(_commands(ROOT / name))
    assert len(commands) > 20
    for program, command, rest in commands:
        parser = _parser_of(program, command)
        assert parser is not None, f"{name}: {program} {command}"
        actions = _actions(parser)
        options = set(parser._option_string_actions)
        if (choices := _CHOICES.match(rest)) is not None:
            assert {choice.split()[0] for choice in choices[1].split("|")} <= set(actions), f"{name}: {command}"
        first = rest.split()[0] if rest.split() else ""
        if first in actions:
            options |= set(actions[first]._option_string_actions)
        missing = set(_OPTION.findall(rest)) - options
        assert not missing, f"{name}: {program} {command} has no {missing}"


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_exit_codes_is_the_enum(name: str) -> None:
    table = (ROOT / name).read_text(encoding="utf-8").partition("| 128+n |")[0].rpartition("\n\n")[2]
    told = {int(code) for line in table.splitlines() for code in re.findall(r"\| (\d+) (?=\|)", line)}
    assert told == {int(code) for code in ExitCode}


def test_both_languages_name_the_same_commands() -> None:
    english, chinese = ({(program, command) for program, command, _ in _commands(ROOT / name)} for name in READMES)
    assert english == chinese


def test_every_subcommand_is_in_the_readme() -> None:
    named = {command for program, command, _ in _commands(ROOT / READMES[0])}
    assert set(_actions(_client())) | set(_actions(_daemon())) <= named | {"simphone"}


def _commands(path: Path) -> Iterator[tuple[str, str, str]]:
    """Program, subcommand and what follows, from code blocks and from the table, where `, unenrol …` goes on."""
    text = path.read_text(encoding="utf-8").replace("\\|", "|")
    for line in text.splitlines():
        row = re.match(r"\| (`shopwardend?[ `].*?) \| ", line)
        if row is None:
            for match in _COMMAND.finditer(line.strip()):
                yield match[1], match[2], match[3].split("#")[0].rstrip()
            continue
        program = "shopwardend" if row[1].startswith("`shopwardend") else "shopwarden"
        for quoted in re.findall(r"`([^`]+)`", row[1]):
            words = quoted.removeprefix(program).strip()
            if words:
                command, _, rest = words.partition(" ")
                yield program, command, f" {rest}" if rest else ""


@functools.cache
def _client() -> argparse.ArgumentParser:
    return build_parser(load_texts("en", CATALOG))


@functools.cache
def _daemon() -> argparse.ArgumentParser:
    return build_daemon_parser(texts_for("en"))


def _parser_of(program: str, command: str) -> argparse.ArgumentParser | None:
    if command == "demo":
        return build_demo_parser(load_texts("en", DEMO_CATALOG))
    root = _daemon() if program == "shopwardend" or command in HANDED_OVER else _client()
    return _actions(root).get(command)


def _actions(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}
