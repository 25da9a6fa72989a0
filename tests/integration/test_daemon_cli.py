"""`shopwardend` from the outside: exit codes, messages in two languages, keys of every kind, a clean stdout."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from daemon.main import main
from tests.forking import fork, run_forked


def environment(**more: str) -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("SHOPWARDEN_")} | more


def shopwardend(*arguments: str, lang: str = "en") -> subprocess.CompletedProcess[bytes]:
    """Run it from its cold start."""
    command = [sys.executable, "-m", "daemon", "--lang", lang, *arguments]
    return subprocess.run(command, input=b"", capture_output=True, timeout=50, check=False, env=environment())


def forked(
    *arguments: str, fd_text: bytes | None = None, lang: str = "en", **env: str
) -> subprocess.CompletedProcess[bytes]:
    """As `shopwardend`, without its imports (see `tests.forking`); `fd_text` is what the passphrase's file holds."""
    passphrase = [] if fd_text is None else ["--passphrase-fd", "0"]
    return run_forked(
        "daemon.main", ["--lang", lang, *arguments, *passphrase], stdin=fd_text or b"", environment=environment(**env)
    )


def called(*arguments: str, lang: str = "en") -> subprocess.CompletedProcess[bytes]:
    """As `shopwardend`, in this process: for what neither runs, nor reads stdin, nor touches a key."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(["--lang", lang, *arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    said = []
    for stream in (out, err):
        stream.flush()
        stream.seek(0)
        said.append(stream.buffer.read())
    return subprocess.CompletedProcess(arguments, code, *said)


def test_help_in_both_languages() -> None:
    english, chinese = shopwardend("--help"), forked("--help", lang="zh")
    assert english.returncode == chinese.returncode == 0
    assert b"run the daemon" in english.stdout
    assert "运行守护进程" in chinese.stdout.decode()
    for command in ("run", "init", "check-config", "verify", "scan", "mask", "policy"):
        assert called(command, "--help").returncode == 0


def test_wrong_use_is_exit_2() -> None:
    assert shopwardend().returncode == 2
    assert forked("fly").returncode == 2
    assert called("verify", "--since", "-1").returncode == 2
    assert called("init", "--key-file", "a", "--credential", "b").returncode == 2
    assert b"shopwardend " in called("--version").stdout


def test_init_makes_a_private_state_and_never_touches_it_again(tmp_path: Path) -> None:
    state, key = tmp_path / "state", tmp_path / "shop.key"
    made = shopwardend("init", "--state", str(state), "--key-file", str(key), "--store-name", '珠"宝', "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["key_source"] == "file"
    assert state.stat().st_mode & 0o777 == 0o700
    for path in (key, state / "keys.json", state / "shopwarden.toml"):
        assert path.stat().st_mode & 0o777 == 0o600
    assert forked("check-config", "--state", str(state)).returncode == 0
    before = {path.name: path.read_bytes() for path in state.iterdir()}
    again = forked("init", "--state", str(state), "--key-file", str(key))
    assert again.returncode == 2
    assert b"hint:" in again.stderr
    (state / "shopwarden.toml").unlink()
    assert forked("init", "--state", str(state), "--key-file", str(key)).returncode == 2, "the keyring stays"
    assert {path.name: path.read_bytes() for path in state.iterdir()} | {
        "shopwarden.toml": before["shopwarden.toml"]
    } == before


def test_a_state_that_was_never_made_says_so(tmp_path: Path) -> None:
    for command in ("run", "verify"):
        answer = forked(command, "--state", str(tmp_path / "none"))
        assert answer.returncode == 10
        assert b"shopwardend init" in answer.stderr
        assert b"Traceback" not in answer.stderr
        assert answer.stdout == b""
    assert not (tmp_path / "none").exists()


def test_a_passphrase_opens_what_it_closed_and_another_does_not(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert forked("init", "--state", str(state), fd_text="正确 马 电池\n".encode()).returncode == 0
    assert "正确" not in (state / "shopwarden.toml").read_text()
    run_briefly(state, "正确 马 电池".encode())
    good = forked("verify", "--state", str(state), "--json", fd_text="正确 马 电池".encode())
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)["items"][0]["ok"] is True
    wrong = forked("verify", "--state", str(state), fd_text=b"guess\n", lang="zh")
    assert wrong.returncode == 10
    assert "错误" in wrong.stderr.decode()
    assert forked("verify", "--state", str(state)).returncode == 10, "nobody there to ask"
    assert forked("verify", "--state", str(state), "--passphrase-fd", "99").returncode == 10
    assert forked("verify", "--state", str(state), fd_text=b"").returncode == 10
    assert forked("verify", "--state", str(state), fd_text=b"\xff\xfe\n").returncode == 10
    content = bytearray((state / "archive.db").read_bytes())
    content[1_500] ^= 1
    (state / "archive.db").write_bytes(content)
    damaged = forked("verify", "--state", str(state), "--json", fd_text="正确 马 电池".encode())
    (told,) = json.loads(damaged.stdout)["items"]
    assert (damaged.returncode, told["problem"], told["first_bad"]) == (11, "page_damaged", "archive")


def run_briefly(state: Path, passphrase: bytes) -> None:
    """Start, wait for the socket, stop by SIGTERM with exit 0."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(passphrase)
        given.seek(0)
        process = fork(
            "daemon.main", ["run", "--state", str(state), "--passphrase-fd", "0"],
            stdin=given.fileno(), stdout=out.fileno(), stderr=err.fileno(), environment=environment(),
        )  # fmt: skip
        try:
            end = time.monotonic() + 30
            while not (state / "api.sock").exists():
                assert process.returncode is None
                assert time.monotonic() < end
                time.sleep(0.02)
            process.terminate()
            while process.returncode is None and time.monotonic() < end:
                time.sleep(0.02)
            assert process.returncode == 0
        finally:
            process.kill()
        assert out.seek(0, os.SEEK_END) == 0
    assert not (state / "api.sock").exists()


def test_a_careless_key_file_is_refused(tmp_path: Path) -> None:
    state, key = tmp_path / "state", tmp_path / "shop.key"
    assert forked("init", "--state", str(state), "--key-file", str(key)).returncode == 0
    key.chmod(0o644)
    answer = forked("verify", "--state", str(state))
    assert answer.returncode == 10
    assert b"600" in answer.stderr
    key.unlink()
    assert forked("verify", "--state", str(state)).returncode == 10


def test_a_key_file_on_a_medium_that_is_not_there_says_which(tmp_path: Path) -> None:
    state, medium = tmp_path / "state", tmp_path / "medium"
    answer = forked("init", "--state", str(state), "--key-file", str(medium / "shop.key"))
    assert answer.returncode == 10
    assert str(medium).encode() in answer.stderr
    assert not medium.exists()
    medium.mkdir()
    assert forked("init", "--state", str(state), "--key-file", str(medium / "shop.key")).returncode == 0


def test_a_credential_is_read_from_systemd(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    assert forked("init", "--state", str(tmp_path / "a"), "--key-file", str(credentials / "root")).returncode == 0
    state = tmp_path / "b"
    made = forked("init", "--state", str(state), "--credential", "root", CREDENTIALS_DIRECTORY=str(credentials))
    assert made.returncode == 0, made.stderr
    assert 'source = "credential"' in (state / "shopwarden.toml").read_text()
    without = forked("verify", "--state", str(state))
    assert without.returncode == 10
    assert b"systemd" in without.stderr
    assert b"hint:" in without.stderr


@pytest.mark.parametrize("text", ["[adb]\nprot = 1\n", "[adb]\nport = 'x'\n", "nonsense"])
def test_check_config_says_what_run_would(tmp_path: Path, text: str) -> None:
    config = tmp_path / "c.toml"
    config.write_text(text)
    for command, program in (("check-config", called), ("run", forked)):
        answer = program(command, "--config", str(config), "--state", str(tmp_path / "s"))
        assert answer.returncode == 2
        assert str(config) in answer.stderr.decode()
        assert b"Traceback" not in answer.stderr


def test_check_config_loads_the_rules(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[policy]\npacks = ["retail-hz"]\n')
    answer = forked("check-config", "--config", str(config), "--state", str(tmp_path / "s"))
    assert answer.returncode == 2
    assert b"retail-hz" in answer.stderr
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.toml").write_text("[[rule]]\nwrods = ['x']\n")
    config.write_text('[policy]\npacks = []\ndir = "rules"\n')
    answer = called("check-config", "--config", str(config), "--state", str(tmp_path / "s"), "--json")
    assert answer.returncode == 2
    assert b"own.toml" in answer.stderr
    assert answer.stdout == b""


def test_policy_check_and_packs(tmp_path: Path) -> None:
    packs = forked("policy", "packs", "--json")
    assert packs.returncode == 0
    names = [pack["name"] for pack in json.loads(packs.stdout)["items"]]
    assert "retail-zh" in names
    (tmp_path / "own.toml").write_text("[[rule]]\nwrods = ['x']\n")
    bad = called("policy", "check", str(tmp_path), "--json")
    assert bad.returncode == 2
    report = json.loads(bad.stdout)
    assert report["ok"] is False
    assert report["items"]
    assert called("policy", "check", str(tmp_path / "none")).returncode == 2
    lines = called("policy", "check", str(tmp_path), "--jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == report["items"]
    (tmp_path / "own.toml").write_text("[[rule]]\nid = 'x'\nwrods = ['x']\n")
    told = called("policy", "check", str(tmp_path)).stdout.decode()
    assert told.count("own.toml") == 1, "the place is said once"
    assert "wrods" in told
    assert "'words'" in told
    assert forked("scan", "--jsonl").returncode == 0, "JSON lines is what it prints anyway"


def test_a_full_disk_at_the_start_is_a_message(tmp_path: Path) -> None:
    state, key = tmp_path / "state", tmp_path / "shop.key"
    assert forked("init", "--state", str(state), "--key-file", str(key)).returncode == 0
    limit = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
    limit += "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    limit += (
        f"sys.argv = ['shopwardend', 'run', '--state', {str(state)!r}]; runpy.run_module('daemon', run_name='__main__')"
    )
    answer = subprocess.run([sys.executable, "-B", "-c", limit], capture_output=True, timeout=50, check=False)
    assert answer.returncode == 10, answer.stderr
    assert b"Traceback" not in answer.stderr
