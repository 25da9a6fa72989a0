"""Wrong key, stolen archive, bad configuration, second daemon: a clear message, the contract's code, no harm."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crypto.database import OpenMode, open_database
from crypto.keyring import open_keyring
from crypto.keys import Purpose
from crypto.opening import PAGE_BYTES
from crypto.secrets import KeyFileSecret
from daemon.api.client import ApiClient
from tests.forking import Forked, fork, run_forked

from .running_daemon import RunningDaemon, new_state

ENGLISH = dict(os.environ) | {"SHOPWARDEN_LANG": "en"}


def shopwardend(*arguments: str) -> subprocess.CompletedProcess[str]:
    ended = run_forked("daemon.main", arguments, environment=ENGLISH)
    return subprocess.CompletedProcess(arguments, ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def cold(*arguments: str) -> subprocess.CompletedProcess[str]:
    """With its imports."""
    return subprocess.run(
        [sys.executable, "-m", "daemon", *arguments],
        capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, env=ENGLISH, check=False,
    )  # fmt: skip


def started(*arguments: str, errors: Path) -> Forked:
    """Without its imports: those that are started at once are at the same place at once."""
    with open(os.devnull, "r+b") as nothing, errors.open("wb") as said:
        return fork(
            "daemon.main", arguments,
            stdin=nothing.fileno(), stdout=nothing.fileno(), stderr=said.fileno(), environment=ENGLISH,
        )  # fmt: skip


def contents(state: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in state.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def used_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key and a state whose daemon ran once and stopped; to be copied."""
    state = new_state(tmp_path_factory.mktemp("used"), [])

    async def run() -> None:
        daemon = RunningDaemon(state)
        await daemon.start()
        assert await daemon.stop() == 0

    asyncio.run(run())
    return state.parent


@pytest.fixture
def used_state(used_once: Path, tmp_path: Path) -> Path:
    """A state of this test's own whose daemon ran once and stopped."""
    shutil.copytree(used_once, tmp_path, dirs_exist_ok=True)
    config = tmp_path / "state" / "shopwarden.toml"
    config.write_text(config.read_text().replace(str(used_once), str(tmp_path)))
    return tmp_path / "state"


async def test_wrong_key_is_refused_and_changes_nothing(used_state: Path) -> None:
    key = used_state.parent / "shop.key"
    key.unlink()
    other = used_state.parent / "other"
    assert shopwardend("init", "--state", str(other), "--key-file", str(key)).returncode == 0
    before = contents(used_state)
    answer = cold("run", "--state", str(used_state))
    assert answer.returncode == 10
    assert "error:" in answer.stderr
    assert "hint:" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert contents(used_state) == before


async def test_another_stores_keys_are_told_as_such_and_change_nothing(used_state: Path) -> None:
    key = used_state.parent / "shop.key"
    key.unlink()
    other = used_state.parent / "other"
    assert shopwardend("init", "--state", str(other), "--key-file", str(key)).returncode == 0
    shutil.copyfile(other / "keys.json", used_state / "keys.json")
    before = contents(used_state)
    answer = shopwardend("run", "--state", str(used_state))
    assert answer.returncode == 10
    assert "another store" in answer.stderr
    assert "own keys.json" in answer.stderr
    assert contents(used_state) == before


async def test_copied_archive_is_useless_without_the_key(used_state: Path, tmp_path: Path) -> None:
    stolen = tmp_path / "stolen"
    shutil.copytree(used_state, stolen, ignore=shutil.ignore_patterns("*.sock"))
    (tmp_path / "shop.key").unlink()
    answer = shopwardend("verify", "--state", str(stolen))
    assert answer.returncode == 10
    assert "Traceback" not in answer.stderr


async def test_copied_archive_verifies_with_the_key(used_state: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(used_state, copy, ignore=shutil.ignore_patterns("*.sock"))
    answer = shopwardend("verify", "--state", str(copy))
    assert answer.returncode == 0, answer.stderr


def test_bad_config_names_file_key_and_nearest(tmp_path: Path) -> None:
    config = tmp_path / "shop.toml"
    config.write_text("[capture]\npoll_intervall_s = 5\n")
    answer = shopwardend("run", "--state", str(tmp_path / "state"), "--config", str(config))
    assert answer.returncode == 2
    assert str(config) in answer.stderr
    assert "capture.poll_intervall_s" in answer.stderr
    assert "capture.poll_interval_s" in answer.stderr


async def test_second_daemon_leaves_the_first_alone(tmp_path: Path) -> None:
    state = new_state(tmp_path, [])
    daemon = RunningDaemon(state)
    await daemon.start()
    try:
        answer = shopwardend("run", "--state", str(state))
        assert answer.returncode == 2
        assert "error:" in answer.stderr
        async with ApiClient(daemon.socket, "en") as client:
            assert (await client.hello()).ledger_size >= 0
    finally:
        await daemon.stop()


def test_of_daemons_started_at_once_one_runs(used_state: Path) -> None:
    said = [used_state.parent / f"said{number}" for number in range(3)]
    starts = [started("run", "--state", str(used_state), errors=file) for file in said]
    try:
        deadline = time.monotonic() + 20
        while sum(one.returncode is None for one in starts) > 1 and time.monotonic() < deadline:
            time.sleep(0.02)
        ended = [(one.returncode, file) for one, file in zip(starts, said, strict=True) if one.returncode is not None]
        assert [code for code, _ in ended] == [2, 2]
        for _, file in ended:
            assert "already uses" in file.read_text("utf-8")
    finally:
        for one in starts:
            one.kill()
            one.wait_here()


def test_of_inits_at_once_one_makes_the_state_whole(tmp_path: Path) -> None:
    state, key = tmp_path / "state", tmp_path / "shop.key"
    starts = [started("init", "--state", str(state), "--key-file", str(key), errors=Path(os.devnull)) for _ in range(4)]
    assert sorted(one.wait_here() for one in starts) == [0, 2, 2, 2]
    assert shopwardend("check-config", "--state", str(state)).returncode == 0
    open_keyring(state / "keys.json", KeyFileSecret(key))


def place_of(state: Path, table: str) -> int:
    """In the middle of the first page of this table; what `verify` does not read is a cache or free."""
    key = open_keyring(state / "keys.json", KeyFileSecret(state.parent / "shop.key")).derive(Purpose.ARCHIVE)
    with open_database(state / "archive.db", key, OpenMode.READ_ONLY) as database:
        page = database.fetch_value("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))
    assert isinstance(page, int)
    return (page - 1) * PAGE_BYTES + PAGE_BYTES // 2


async def test_daemon_survives_a_flipped_bit_by_saying_so(used_state: Path) -> None:
    archive = used_state / "archive.db"
    damaged = bytearray(archive.read_bytes())
    damaged[place_of(used_state, "audit")] ^= 0x10
    archive.write_bytes(damaged)
    answer = shopwardend("verify", "--state", str(used_state))
    assert answer.returncode == 11
    assert "Traceback" not in answer.stderr
