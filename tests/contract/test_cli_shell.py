"""The command line as a shell sees it: help, languages, terminals, pipes, hand-over."""

import argparse
import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from wcwidth import wcswidth

from console.cli.dispatch import HANDLERS, handler_of
from console.cli.hand_over import HANDED_OVER, NotElsewhereError, split_handed_over
from console.cli.parser import build_parser
from console.cli.table import Cell, Styles, cut, table, wrap
from console.cli.times import parse_since
from console.main import CATALOG
from console.plain_text import clean_line, harmless_json
from daemon.api.exit_codes import ExitCode
from daemon.api.texts import Language, load_texts

from .api_host import hosted
from .cli_runner import ROOT, at_terminal, environment, shopwarden
from .fake_service import HOSTILE, NOW, SERIAL, FakeService, event


def every_parser(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from every_parser(child)


def test_help_of_every_command_and_option_exists_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWARDEN_STRICT_TEXTS", "1")
    monkeypatch.setenv("COLUMNS", "100")
    parsers = {language: list(every_parser(build_parser(load_texts(language, CATALOG)))) for language in Language}
    assert len(parsers[Language.EN]) == len(parsers[Language.ZH]) > 25
    for english, chinese in zip(parsers[Language.EN], parsers[Language.ZH], strict=True):
        assert english.prog == chinese.prog
        assert english.description and not re.search("[\u4e00-\u9fff]", english.format_help())
        assert chinese.description and re.search("[\u4e00-\u9fff]", chinese.description)
        for one, other in zip(english._actions, chinese._actions, strict=True):
            if not isinstance(one, argparse._SubParsersAction):
                assert one.help and other.help and one.help != other.help, (english.prog, one.dest)
        assert all(wcswidth(line) <= 100 for line in chinese.format_help().splitlines())


def test_every_parsed_command_has_a_function_and_every_function_a_command() -> None:
    parser = build_parser(load_texts("en", CATALOG))
    (commands,) = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    parsed: set[tuple[str, str]] = set()
    for name, child in commands.choices.items():
        if name in HANDED_OVER:
            continue
        actions = [action for action in child._actions if isinstance(action, argparse._SubParsersAction)]
        parsed |= {(name, action) for group in actions for action in group.choices}
        if any(group.required for group in actions):
            continue
        if not parsed & {(name, "list")}:  # what the word means alone
            parsed.add((name, ""))
        assert callable(handler_of(name, None))
    # Of what is handed over some actions are ours (`policy try`).
    assert parsed == {one for one in HANDLERS if one[0] not in HANDED_OVER}


async def test_help_and_version_go_to_stdout_and_complaints_to_stderr(tmp_path: Path) -> None:
    helped, chinese, version, wrong, choice, abbreviated = await asyncio.gather(
        shopwarden(tmp_path, "--help"),
        shopwarden(tmp_path, "lock", "-h", LC_ALL="zh_CN.UTF-8"),
        shopwarden(tmp_path, "--version"),
        shopwarden(tmp_path, "dance"),
        shopwarden(tmp_path, "--lang", "zh", "alerts", "--status", "gone"),
        shopwarden(tmp_path, "devices", "--js"),
    )
    assert helped.code == 0 and helped.out.startswith("usage: shopwarden") and helped.err == ""
    assert chinese.out.startswith("用法： shopwarden lock") and "--reason" in chinese.out
    assert version.out.startswith("shopwarden 0.")
    for ran in (wrong, choice, abbreviated):
        assert (ran.code, ran.out) == (ExitCode.USAGE, "")
    assert "dance" in wrong.err and "hint: `shopwarden --help`" in wrong.err
    assert choice.err.startswith("错误：") and "acknowledged" in choice.err


async def test_without_a_terminal_there_is_no_console(tmp_path: Path) -> None:
    ran = await shopwarden(tmp_path)
    assert ran.code == ExitCode.USAGE and "terminal" in ran.err


@pytest.mark.parametrize(("typed", "locks"), [("\n", False), ("n\n", False), ("yes\n", False), ("y\n", True)])
async def test_locking_asks_at_a_terminal_and_no_is_the_default(tmp_path: Path, typed: str, locks: bool) -> None:  # noqa: FBT001
    async with hosted(tmp_path) as host:
        ran = await at_terminal(tmp_path, "lock", SERIAL, "--reason", "lost", types=typed)
        assert "王小明" in ran.out and "[y/N]" in ran.out
        assert len(host.service.known_commands) == int(locks)
        assert ran.code == (ExitCode.OK if locks else ExitCode.PARTIAL)


async def test_with_yes_nobody_is_asked(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        ran = await at_terminal(tmp_path, "lock", SERIAL, "--reason", "lost", "--yes")
        assert "[y/N]" not in ran.out and len(host.service.known_commands) == 1


async def test_ending_an_enrolment_asks_for_the_serial(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        ran = await at_terminal(tmp_path, "unenrol", SERIAL, "--reason", "x", types="y\n")
        assert ran.code == ExitCode.PARTIAL and host.service.calls == []
        ran = await at_terminal(tmp_path, "unenrol", SERIAL, "--reason", "x", types=f"{SERIAL}\n")
        assert ran.code == ExitCode.NOT_FOUND


async def test_colour_only_where_wanted(tmp_path: Path) -> None:
    service = FakeService(known_events=[event(1, body=HOSTILE)])
    async with hosted(tmp_path, service=service):
        coloured, plain, dumb, piped = await asyncio.gather(
            at_terminal(tmp_path, "alerts"),
            at_terminal(tmp_path, "alerts", NO_COLOR="1"),
            at_terminal(tmp_path, "alerts", TERM="dumb"),
            shopwarden(tmp_path, "alerts"),
        )
        assert "\x1b[1;31mhigh\x1b[0m" in coloured.out
        assert "\x1b" not in plain.out + dumb.out + piped.out
        wide = await at_terminal(tmp_path, "events", columns=90)
        allowed = re.sub(r"\x1b\[[\d;]*m", "", wide.out).replace("\r\n", "\n")
        assert allowed.replace("\n", "").isprintable()
        assert all(wcswidth(line) <= 130 for line in allowed.splitlines())


async def test_a_reader_that_leaves_is_no_trouble(tmp_path: Path) -> None:
    service = FakeService(known_events=[event(index, body="口" * 500) for index in range(3000)])
    async with hosted(tmp_path, service=service):
        process = await asyncio.create_subprocess_shell(
            f"{sys.executable} -m console.main events --limit 3000 --jsonl | head -n 1 | wc -l; "
            "echo ${PIPESTATUS[0]}",
            executable="/bin/bash", cwd=ROOT, env=environment(tmp_path),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
    assert err == b""
    assert out.split() == [b"1", b"141"]


def test_what_is_handed_over() -> None:
    assert split_handed_over(["devices"]) is None
    assert split_handed_over([]) is None
    assert split_handed_over(["--json"]) is None
    assert split_handed_over(["scan", "--policy", "x", "--json"]) == ("scan", ["--policy", "x", "--json"], {})
    assert split_handed_over(["--state", "/s", "--lang=zh", "--json", "policy", "check", "d"]) == (
        "policy", ["check", "d", "--json"], {"SHOPWARDEN_STATE": "/s", "SHOPWARDEN_LANG": "zh"},
    )  # fmt: skip
    assert split_handed_over(["--json", "mask"]) == ("mask", [], {})
    assert split_handed_over(["events", "scan"]) is None
    assert split_handed_over(["--shop", "s", "shops", "list"]) == ("shops", ["list"], {})
    assert split_handed_over(["--shop=s", "policy", "rules"]) is None
    for words in (["--shop", "s", "policy", "check", "d"], ["--shop=s", "demo", "--headless", "1"]):
        with pytest.raises(NotElsewhereError, match=next(one for one in words if one in {"policy", "demo"})):
            split_handed_over(words)


async def test_the_daemons_program_answers_for_what_is_handed_over(tmp_path: Path) -> None:
    for name in ("check-config", "init", "verify"):
        ran = await shopwarden(tmp_path, name, "--help") if name != "verify" else await shopwarden(
            tmp_path, "verify", "--offline", "--key-file", str(tmp_path / "no.key")
        )  # fmt: skip
        if name == "verify":
            assert ran.code not in {0, ExitCode.UNREACHABLE}
        else:
            assert ran.code == 0 and ran.out.startswith(f"usage: shopwarden {name} ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", "2026-03-01T07:30:00+00:00"),
        ("3d", "2026-02-26T09:30:00+00:00"),
        (" 45 M ", "2026-03-01T08:45:00+00:00"),
        ("1w", "2026-02-22T09:30:00+00:00"),
        ("2026-03-01T17:00:00+08:00", "2026-03-01T09:00:00+00:00"),
        ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00+00:00"),
    ],
)
def test_since(text: str, expected: str) -> None:
    assert parse_since(text, NOW).isoformat() == expected


@pytest.mark.parametrize("text", ["", "h", "2x", "-2h", "999999w", "0001-01-01", "tomorrow", "2h3m", HOSTILE])
def test_since_that_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        parse_since(text, NOW)


def test_tables_never_halve_a_wide_character() -> None:
    assert cut("手镯手镯", 5) == "手镯…"
    assert cut("手镯手镯", 4) == "手…"
    assert cut("abc", 3) == "abc"
    assert cut("abc", 0) == ""
    lines = table(["A", "B"], [[Cell("手镯"), Cell("x" * 90)], [Cell("ab"), Cell("y")]], width=40, styles=Styles(False))
    assert [wcswidth(line) for line in lines] == [7, 40, 7]
    assert table(["A"], [], width=None, styles=Styles(False)) == ["A"]


def test_wrapping_is_by_cells() -> None:
    assert wrap("手镯手镯手镯", 6) == ["手镯手", "镯手镯"]
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("", 7) == [""]
    assert all(wcswidth(line) <= 11 for line in wrap("读取 messages 和 contacts 的权限，然后重试", 11))


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "\x9b31m",
        "a\u0300\u0300\u0300\u0300",
        "\u2066x\u2069",
        "\U0001f468\u200d\U0001f469",
        "\ud800",
        "\ue000",
    ],
)
def test_one_line_is_one_harmless_line(text: str) -> None:
    shown = clean_line(text)
    assert shown.isprintable() and len(shown.splitlines()) <= 1
    assert clean_line(shown) == shown


def test_harmless_json_is_the_same_json() -> None:
    import json

    text = json.dumps({"a": HOSTILE + "\U0001f600\U000e0041中"}, ensure_ascii=False)
    safe = harmless_json(text)
    assert safe.isprintable() and "中" in safe and "\U0001f600" in safe
    assert json.loads(safe) == json.loads(text)
