"""`shopwardend keys` on a state of its own, and beside a running daemon: added, recovered, refused, ledgered."""

import asyncio
import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.main import main as console_main
from crypto.keyring import list_slots, open_keyring
from crypto.passphrases import Argon2Cost, new_argon2
from crypto.secrets import KeyFileSecret, PassphraseSecret
from daemon.api.client import ApiClient
from daemon.api.keys_client import keyring, rotate_keys
from daemon.cli import keys_recovery
from daemon.cli.narration import texts_for
from daemon.credentials import tpm_of_this_machine
from daemon.main import main
from tests.forking import run_forked
from tests.integration.running_daemon import RunningDaemon, new_state, opened_archive


@pytest.fixture(autouse=True)
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    for place in ("crypto.slots.new_argon2", "crypto.escrow.new_argon2"):
        monkeypatch.setattr(place, lambda _: new_argon2(cheap))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    assert called("init", "--state", str(folder), "--key-file", str(tmp_path / "shop.key"))[0] == 0
    return folder


def called(
    *arguments: str, stdin: str = "", lang: str = "en", program: Callable[[list[str]], int] = main
) -> tuple[int, str, str]:
    """Exit code, stdout, stderr of `shopwardend` or another program, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", given)
        try:
            code = program(["--lang", lang, *arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    for stream in (out, err):
        stream.flush()
    return int(code), out.buffer.getvalue().decode(), err.buffer.getvalue().decode()


def fd_of(text: str) -> str:
    """A descriptor that `text` can be read from once."""
    reader, writer = os.pipe()
    os.write(writer, text.encode())
    os.close(writer)
    return str(reader)


def keys(action: str, state: Path, *arguments: str, stdin: str = "", lang: str = "en") -> tuple[int, str, str]:
    return called("keys", action, "--state", str(state), *arguments, stdin=stdin, lang=lang)


def test_shares_are_shown_once_and_bring_back_a_store_whose_key_is_lost(state: Path, tmp_path: Path) -> None:
    code, out, err = keys("list", state)
    assert code == 0
    assert "key file" in out
    assert "Only one way in" in err
    assert keys("shares", state, "--threshold", "3", "--count", "2")[0] == 2
    assert keys("shares", state, "--threshold", "1", "--count", "2")[0] == 2
    code, out, err = keys("shares", state, lang="zh")
    assert code == 0
    pages = out.split("\f")[:3]
    assert all("第" in page and "shopwarden: recovery share" in page for page in pages)
    assert "只显示一次" in err
    (tmp_path / "shop.key").unlink()
    assert keys("add-passphrase", state, "--new-passphrase-fd", fd_of("x"))[0] == 10
    code, _, err = keys("recover", state, "--new-passphrase-fd", fd_of("new\n"), stdin=pages[1])
    assert (code, "1 of 2" in err) == (10, True)
    code, out, err = keys("recover", state, "--new-passphrase-fd", fd_of("new\n"), stdin=pages[2] + pages[0])
    assert code == 0, err
    assert "passphrase" in out
    open_keyring(state / "keys.json", PassphraseSecret(b"new"))


def test_shares_in_files_and_from_a_descriptor(state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shares"
    assert keys("shares", state, "--output", str(folder / "deeper"))[0] == 2
    assert len(list_slots(state / "keys.json")) == 1, "a set that nobody has is no way in"
    code, out, _ = keys("shares", state, "--output", str(folder), "--json")
    items = json.loads(out)["items"]
    assert code == 0
    files = [Path(item["file"]) for item in items]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert all(item["words"] is None for item in items)
    wrong = folder / "wrong"
    wrong.write_text(files[0].read_text().replace(" 4. acid", " 4. acne"))
    assert keys("recover", state, str(wrong), str(files[1]), "--new-passphrase-fd", fd_of("n"))[0] == 10
    assert keys("recover", state, str(folder / "none"))[0] == 10
    words = [" ".join(file.read_text().split("-----")[2].split()) for file in files]
    code, _, err = keys("recover", state, "--shares-fd", fd_of("\n".join(words[:2])), "--new-passphrase-fd", "999")
    assert code == 10
    assert "descriptor" in err
    assert keys("recover", state, "--shares-fd", "999")[0] == 10


def test_shares_typed_one_after_the_other(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, out, _ = keys("shares", state, "--jsonl")
    words = [json.loads(line)["words"] for line in out.splitlines()]
    typed = iter([words[0], "not a share", words[2]])
    monkeypatch.setattr("daemon.cli.keys_recovery.ask_line", lambda _: next(typed))
    texts = texts_for("en")
    assert keys_recovery._asked(texts) == [words[0], words[2]]
    typed = iter([words[0], "\n"])
    with pytest.raises(Exception, match="share"):
        keys_recovery._asked(texts)


def test_a_store_without_shares_says_so(state: Path) -> None:
    assert keys("recover", state, stdin="academic")[0] == 10


def test_the_head_office(state: Path, tmp_path: Path) -> None:
    private = tmp_path / "escrow.key"
    code, told, _ = called(
        "keys", "make-escrow", str(private), "--name", "总部", "--new-passphrase-fd", fd_of("hq\n"), "--json"
    )
    made = json.loads(told)
    assert (code, made["name"]) == (0, "总部")
    public = made["public"]
    assert called("keys", "make-escrow", str(private), "--name", "", "--new-passphrase-fd", fd_of("hq"))[0] == 2
    assert keys("add-escrow", state, public)[0] == 2
    assert keys("add-escrow", state, public, "--fingerprint", "00" * 16)[0] == 10
    assert keys("add-escrow", state, str(private), "--fingerprint", made["fingerprint"])[0] == 10
    assert keys("add-escrow", state, public, "--fingerprint", made["fingerprint"].upper().replace(" ", ":"))[0] == 0
    opened = ("open-escrow", state, str(private), "--escrow-passphrase-fd")
    assert keys(*opened, fd_of("wrong"), "--new-passphrase-fd", fd_of("again"))[0] == 10
    assert keys(*opened, fd_of("hq"), "--new-passphrase-fd", fd_of("again"))[0] == 0
    open_keyring(state / "keys.json", PassphraseSecret(b"again"))


def test_ways_are_added_changed_and_removed_and_the_last_stays(state: Path, tmp_path: Path) -> None:
    assert keys("add-key-file", state, str(tmp_path / "second.key"))[0] == 0
    assert keys("add-passphrase", state, "--new-passphrase-fd", fd_of("old"))[0] == 0
    assert keys("change-passphrase", state, "--new-passphrase-fd", fd_of("new"))[0] == 2
    code, _, _ = keys("change-passphrase", state, "--passphrase-fd", fd_of("old"), "--new-passphrase-fd", fd_of("new"))
    assert code == 0
    items = json.loads(keys("list", state, "--json")[1])["items"]
    assert [item["kind"] for item in items] == ["key_file", "key_file", "passphrase"]
    assert keys("remove", state, items[0]["slot_id"])[0] == 2
    assert keys("remove", state, "0000")[0] == 6
    for item in items[:2]:
        assert keys("remove", state, item["slot_id"], "--yes")[0] == 0
    code, _, err = keys("remove", state, items[2]["slot_id"], "--yes")
    assert (code, "last way in" in err) == (10, True)
    open_keyring(state / "keys.json", PassphraseSecret(b"new"))


def test_passphrases_are_told_apart_and_short_ones_warned_of(state: Path, tmp_path: Path) -> None:
    for name, passphrase, is_short in (("Lin 店长", "七个字的口令吗", True), ("office", "eight ok", False)):
        code, out, err = keys("add-passphrase", state, "--name", name, "--new-passphrase-fd", fd_of(passphrase))
        assert (code, name in out, "fewer than 8" in err) == (0, True, is_short)
    changed = keys("change-passphrase", state, "--passphrase-fd", fd_of("eight ok"), "--new-passphrase-fd", fd_of("n"))
    assert (changed[0], "fewer than 8" in changed[2]) == (0, True)
    names = [item["name"] for item in json.loads(keys("list", state, "--json")[1])["items"]]
    day = r"\d{4}-\d\d-\d\d"
    for name, wanted in zip(names, ("shop.key", f"Lin 店长 {day}", day), strict=True):
        assert re.fullmatch(wanted, name), names
    assert open_keyring(state / "keys.json", PassphraseSecret.from_text("七个字的口令吗"))
    code, _, err = called("init", "--state", str(tmp_path / "new"), "--passphrase-fd", fd_of("short"), lang="zh")
    assert (code, "少于 8 个字符" in err) == (0, True)
    (only,) = list_slots(tmp_path / "new" / "keys.json")
    assert re.fullmatch(day, only.name)


FAKE_TOOL = """#!/bin/sh
case "$1" in
  has-tpm2) echo partial; exit 11;;
  --with-key=tpm2) echo "TPM2 support not installed" >&2; exit 1;;
  *) cat > "$5"; chmod 644 "$5";;
esac
"""


@pytest.fixture
def systemd_creds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    tool = tmp_path / "bin" / "systemd-creds"
    tool.parent.mkdir()
    tool.write_text(FAKE_TOOL)
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    tpm_of_this_machine.cache_clear()
    yield tool
    tpm_of_this_machine.cache_clear()


def test_a_credential_is_made_by_systemd_and_opens(
    state: Path, tmp_path: Path, systemd_creds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "root.cred"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    code, _, err = keys("add-credential", state, "root")
    assert (code, "--make" in err) == (10, True)
    refused = keys("add-credential", state, "root", "--make", str(file), "--with-key", "tpm2")
    assert (refused[0], "TPM2 support not installed" in refused[2], file.exists()) == (10, True, False)
    assert keys("add-credential", state, "root", "--make", str(file))[0] == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert keys("add-credential", state, "root", "--make", str(file))[0] == 2
    # What systemd would give to the service.
    loaded = tmp_path / "loaded"
    loaded.mkdir()
    file.rename(loaded / "root")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(loaded))
    code, out, err = keys("add-credential", state, "root", "--credential", "root")
    assert code == 0, err
    assert "root" in out
    monkeypatch.setenv("PATH", str(tmp_path))
    assert keys("add-credential", state, "root", "--make", str(file))[0] == 10


@pytest.mark.parametrize(
    ("script", "answer"),
    [("echo yes; exit 0", "present"), ("echo partial; exit 11", "absent"), ("echo 'Unknown' >&2; exit 1", "unknown")],
)
def test_whether_there_is_a_tpm(systemd_creds: Path, script: str, answer: str) -> None:
    systemd_creds.write_text(f"#!/bin/sh\n{script}\n")
    assert tpm_of_this_machine() == answer


async def test_beside_a_running_daemon(tmp_path: Path) -> None:
    """Ways in change offline, the root through the daemon; all ends in the ledger; an older copy is refused."""
    state = new_state(tmp_path, [])
    daemon = RunningDaemon(state)
    await daemon.start()
    old = (state / "keys.json").read_bytes()
    try:
        assert keys("add-key-file", state, str(tmp_path / "second.key"))[0] == 0
        code, _, err = keys("rotate", state)
        assert (code, "state" in err) == (2, True)
        async with ApiClient(daemon.socket, "en") as client:
            before = await keyring(client)
            assert (before.generation, [way.kind for way in before.items]) == (1, ["key_file", "key_file"])
            assert (await rotate_keys(client, "drill")).generation == 2
            checks = {check.name: check for check in (await client.health()).checks}
            assert "ways into it: 2" in checks["keys"].detail
            assert "another medium" in checks["key_protection"].detail
        where = ("--state", str(state))
        code, out, err = await asyncio.to_thread(
            called, "keys", "rotate", "--reason", "second drill", "--json", *where, program=console_main
        )
        assert code == 0, err
        assert json.loads(out)["items"] == [{"generation": 3}]
        listed = await asyncio.to_thread(called, "keys", "list", *where, lang="zh", program=console_main)
        assert listed[1].count("密钥文件") == 2
    finally:
        await daemon.stop()
    async with opened_archive(state) as archive:
        changes = await archive.key_changes.changes(limit=100)
        report = await archive.verify()
    assert report.ok
    # Newest first: by whom, and why.
    told_changes = [(change.change.name, change.generation, change.reason) for change in changes]
    assert told_changes == [
        ("NEW_ROOT", 3, "second drill"),
        ("NEW_ROOT", 2, "drill"),
        ("WAY_ADDED", 1, None),
        ("WAY_ADDED", 1, None),
    ]
    assert keys("rotate", state, "--json")[1] == '{"schema":1,"generation":4}\n'
    for secret in ("shop.key", "second.key"):
        open_keyring(state / "keys.json", KeyFileSecret(tmp_path / secret))
    (state / "keys.json").write_bytes(old)
    refused = await asyncio.to_thread(
        run_forked, "daemon.main", ["--lang", "en", "run", "--state", str(state)], environment=dict(os.environ)
    )
    assert refused.returncode == 10
    assert b"older copy" in refused.stderr
