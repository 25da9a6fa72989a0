"""The command line: backup without a daemon, drill, restore with recovery shares, exit codes, both languages."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crypto.keyring import add_slot
from crypto.shares import split_new_secret
from daemon.main import main
from tests.backup_kit import Shop, filled, new_shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    one = new_shop(tmp_path)
    asyncio.run(filled(one, range(1, 10)))
    (tmp_path / "stick").mkdir()
    return one


def run(capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out = capfd.readouterr()
    return code, out.out, out.err


def test_backup_drill_and_restore_with_shares_on_another_machine(
    shop: Shop, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stick, key = tmp_path / "stick", ("--key-file", shop.secret.path)
    shares = split_new_secret(threshold=2, count=3)
    add_slot(shop.paths.keyring, shop.keys, shares)
    code, out, err = run(capfd, "backup", stick, "--state", shop.paths.root, *key, "--json", "--lang", "en")
    (made,) = json.loads(out)["items"]
    assert (code, made["snapshot"]) == (0, 1) and "copying the archive" in err
    code, out, _ = run(capfd, "backup-drill", stick, "--state", shop.paths.root, *key, "--json")
    (drilled,) = json.loads(out)["items"]
    assert (code, drilled["root_sha256"], drilled["is_key_tried"]) == (0, made["root_sha256"], True)
    assert drilled["newer_entries"] == 1

    files = [tmp_path / f"share-{number}" for number in range(3)]
    for file, words in zip(files, shares.words, strict=True):
        file.write_text(words)
    one_share = ("--share", files[0])
    code, _, err = run(capfd, "restore", stick, "--state", tmp_path / "new", *one_share, "--lang", "en")
    assert code == 10 and not (tmp_path / "new").exists()
    answer = subprocess.run(
        [sys.executable, "-P", "-m", "console.main", "restore", str(stick), "--state", str(tmp_path / "new"),
         *map(str, one_share), "--share", str(files[2]), "--json", "--lang", "zh"],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    (found,) = json.loads(answer.stdout)["items"]
    assert (found["events"], found["ledger_size"], found["snapshot"]) == (9, made["ledger_size"], 1)
    assert "旧机器不得再运行" in answer.stderr
    code, out, _ = run(capfd, "verify", "--state", tmp_path / "new", *key, "--json")
    assert code == 0 and json.loads(out)["items"][0]["ok"]


def test_what_is_wrong_has_its_exit_code_and_words(
    shop: Shop, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stick, where = tmp_path / "stick", ("--state", shop.paths.root, "--key-file", shop.secret.path)
    assert run(capfd, "backup", stick, *where, "--existing", "--lang", "en")[0] == 2
    assert run(capfd, "backup", tmp_path / "nowhere", *where)[0] == 2
    wrong = tmp_path / "wrong.key"
    wrong.write_bytes(os.urandom(32))
    wrong.chmod(0o600)
    assert run(capfd, "backup", stick, "--state", shop.paths.root, "--key-file", wrong)[0] == 10
    assert run(capfd, "backup", stick, *where)[0] == 0
    assert run(capfd, "restore", stick, "--state", tmp_path / "new", "--key-file", wrong)[0] == 10
    assert run(capfd, "restore", stick, *where)[0] == 2
    new = ("--state", tmp_path / "new", "--key-file", shop.secret.path)
    assert run(capfd, "restore", stick, *new, "--snapshot", 7)[0] == 6
    for path in stick.glob("pieces/*/*"):
        path.write_bytes(b"")
    code, _, err = run(capfd, "restore", stick, *new, "--lang", "zh")
    assert code == 11 and "没有恢复任何内容" in err and not (tmp_path / "new").exists()
    assert run(capfd, "backup-drill", stick, *where)[0] == 11
