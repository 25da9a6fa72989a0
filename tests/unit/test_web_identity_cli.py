"""What `web-account` prints for the configuration, and what `init --check` says it would write; both make nothing."""

import io
import json
import os
from pathlib import Path

import pytest

from daemon.config import load_config
from daemon.main import main
from daemon.web.passwords import read_hash

WORD = "correct horse 7"


def with_password(word: str, *arguments: str) -> int:
    reading, writing = os.pipe()
    os.write(writing, f"{word}\n".encode())
    os.close(writing)
    return main(["--lang", "en", "web-account", "--password-fd", str(reading), *arguments])


def test_an_account_goes_into_the_configuration_as_it_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert with_password(WORD, '王"店员', "--role", "reviewer") == 0
    printed = capsys.readouterr()
    assert WORD not in printed.out + printed.err and "restart" in printed.err
    file = tmp_path / "shopwarden.toml"
    file.write_text(printed.out, encoding="utf-8")
    account = load_config(file).web.accounts['王"店员']
    assert account.role == "reviewer" and read_hash(account.password).fits(WORD)
    assert with_password(WORD, "wang", "--role", "auditor", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["role"]) == ("wang", "auditor") and read_hash(made["password"]).fits(WORD)


@pytest.mark.parametrize(
    ("word", "name", "told"),
    [
        ("abc1234", "wang", "shorter than 8"),
        (WORD, "a b", "name of an account"),
        (WORD, "a\u202eb", "name of an account"),
    ],
)
def test_what_makes_no_account(capsys: pytest.CaptureFixture[str], word: str, name: str, told: str) -> None:
    assert with_password(word, name, "--role", "owner") == 2
    printed = capsys.readouterr()
    assert told in printed.err and printed.out == "" and word not in printed.err


def test_without_a_terminal_nobody_is_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(WORD))
    assert main(["--lang", "zh", "web-account", "wang", "--role", "owner"]) == 2
    assert "--password-fd" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["web-account", "wang", "--role", "employee"])


def test_init_shows_what_it_would_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "state"
    asked = ["--lang", "zh", "init", "--check", "--state", str(state), "--store-name", "金店", "--timezone"]
    assert main([*asked, "Asia/Shanghai"]) == 0
    file = tmp_path / "shown.toml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    store = load_config(file).store
    assert (store.name, store.language, store.timezone) == ("金店", "zh", "Asia/Shanghai")
    assert main([*asked, "Nowhere/Land"]) == 2
    assert not state.exists()
