"""What people are told to type can be typed, and a missing reason is told in words."""

import argparse
import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from console.cli import heads_print
from console.cli.context import Context
from console.cli.output import Format, Output
from console.cli.parser import MAX_REASON, build_parser
from console.cli.rule_arguments import MOST_TRIED
from console.main import CATALOG, main
from daemon.api.exit_codes import ExitCode
from daemon.api.policy import TrialRequest
from daemon.api.proofs import HeadInfo, HeadsReport, WitnessRecord
from daemon.api.texts import Language, load_texts
from daemon.cli.narration import texts_for

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"`(shopwarden [^`]*)`")


def parsed(command: str, language: str) -> argparse.Namespace:
    return build_parser(load_texts(language, CATALOG)).parse_args(shlex.split(command)[1:])


@pytest.mark.parametrize("language", list(Language))
def test_the_hint_about_an_untrusted_clock_can_be_typed_as_it_is(language: Language) -> None:
    hint = texts_for(language).get("error.retention.clock_not_trusted.hint")
    commands = [parsed(command, language) for command in COMMAND.findall(hint)]
    assert [(one.command, one.action) for one in commands] == [("retention", "confirm-clock"), ("retention", None)]
    assert commands[0].reason


def test_the_commands_about_retention_can_be_typed_and_name_the_clock() -> None:
    block = (ROOT / "docs/retention.md").read_text("utf-8").split("```sh\n")[1].split("```")[0]
    commands = [parsed(line.split("  #")[0], "en") for line in block.splitlines() if line.startswith("shopwarden ")]
    assert ("retention", "confirm-clock") in [(one.command, getattr(one, "action", None)) for one in commands]


@pytest.mark.parametrize("language", list(Language))
def test_whoever_has_no_terminal_is_told_how_to_give_the_key(language: Language) -> None:
    hint = texts_for(language).get("refusal.key.not_given.hint")
    assert "--passphrase-fd 3 3<" in hint
    assert "--key-file" in hint
    lines = (ROOT / "docs/evidence.md").read_text("utf-8").splitlines()
    shown = [
        parsed(re.split(r"  +#| 3<", line.strip())[0], language)
        for line in lines
        if "verify --media" in line and "`" not in line
    ]
    assert [(one.media, one.index, hasattr(one, "passphrase_fd")) for one in shown] == [
        (True, True, True),
        (True, True, False),
    ]
    assert shown[1].key_file


def reasons(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from reasons(child)
        elif "--reason" in action.option_strings:
            yield action


def test_every_reason_is_some_words() -> None:
    actions = list(reasons(build_parser(load_texts("en", CATALOG))))
    assert len(actions) > 15
    for action in actions:
        assert callable(action.type)
        assert action.type(" why ") == "why"
        for text in ("", " \u3000", "x" * (MAX_REASON + 1)):
            with pytest.raises(argparse.ArgumentTypeError):
                action.type(text)


@pytest.mark.parametrize(("language", "told"), [("en", "--reason wants words"), ("zh", "--reason 须填写理由")])
def test_an_empty_reason_is_told_in_words(language: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--lang", language, "lock", "SERIAL", "--reason", ""])
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (ExitCode.USAGE, "")
    assert told in said.err
    assert "$" not in said.err


AT = datetime(2026, 5, 4, tzinfo=UTC)
HEAD = HeadInfo(size=9, root_sha256="ab" * 32, typed="9 abab abab + 1234 5678", signed_at=AT, note="shop\n9\nqw==\n")
REPORT = HeadsReport(store="s", ledger="l", public_key="k", fingerprint="f", newest=HEAD, outside=())
RECORD = WitnessRecord(
    ledger_index=10, at=AT, way="print", witness="print", witness_at=None, size=9, root_sha256="ab" * 32,
    outcome="continued", actor="owner",
)  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "told"),
    [("50001", "50001 (1 … 50000)"), ("0", "0 (1 … 50000)"), ("many", "many"), ("nan", "nan (1 … 50000)")],
)
def test_more_messages_than_a_trial_takes_are_refused_with_the_range(
    limit: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(f"shopwarden policy try rules --limit {limit}", "en")
    assert ended.value.code == ExitCode.USAGE
    assert f"--limit: not valid: {told}\n" in capsys.readouterr().err
    for taken in (1, MOST_TRIED):
        asked: int = parsed(f"shopwarden policy try rules --limit {taken}", "en").limit
        assert msgspec.convert({"limit": asked}, TrialRequest).limit == taken, "the daemon takes as many"


async def test_a_printed_head_says_with_json_what_is_on_the_paper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async def answer(given: object) -> object:
        return given

    daemon = SimpleNamespace(
        sign_head=lambda _: answer(HEAD), heads=lambda _: answer(REPORT), witnessed=lambda *_: answer(RECORD)
    )
    monkeypatch.setattr(heads_print, "proofs_client", daemon)
    texts = load_texts("en", CATALOG)
    output = Output(texts, Format.JSON, {})
    context = Context(
        texts=texts, output=output, state=tmp_path, socket=tmp_path / "no.sock", env={}, arguments={"witness": "safe"}
    )
    assert await heads_print.print_head(context) is ExitCode.OK
    (item,) = json.loads(capfdbinary.readouterr().out)["items"]
    assert (item["typed"], item["note"], item["ledger_index"]) == (HEAD.typed, HEAD.note, 10)
