"""A log that is moved, cut and filled up; SIGHUP."""

import asyncio
import io
import json
import os
import signal
from pathlib import Path

import pytest

from daemon.config import Config, load_config
from daemon.logs import configure_logs, log_for
from daemon.operating import reloading
from daemon.operating.log_file import LogFile
from daemon.operating.reloading import Reloading


def _events(path: Path) -> list[str]:
    return [json.loads(line)["event"] for line in path.read_text().splitlines()]


def test_lines_follow_the_path_and_none_is_torn_or_lost(tmp_path: Path) -> None:
    path, stderr = tmp_path / "daemon.log", io.StringIO()
    configure_logs("info", stderr, path)
    log = log_for("test")
    log.info("first")
    path.rename(tmp_path / "daemon.log.1")
    log.info("moved")
    os.truncate(path, 0)
    log.info("cut")
    log.info("cut_again")
    path.unlink()
    log.info("removed")
    assert _events(tmp_path / "daemon.log.1") == ["first"]
    assert _events(path) == ["removed"]
    assert path.stat().st_mode & 0o777 & 0o137 == 0
    path.unlink()
    path.mkdir()
    log.info("nowhere")
    path.rmdir()
    log.info("again")
    assert json.loads(stderr.getvalue())["event"] == "nowhere"
    assert _events(path) == ["again"]


def test_a_cut_file_has_no_hole(tmp_path: Path) -> None:
    path = tmp_path / "log"
    file = LogFile(path, io.StringIO())
    file.write("x" * 100 + "\n")
    os.truncate(path, 0)
    file.write("y\n")
    assert path.read_bytes() == b"y\n"


def test_a_link_put_in_its_place_is_not_followed(tmp_path: Path) -> None:
    stderr, victim = io.StringIO(), tmp_path / "victim"
    victim.write_text("theirs")
    (tmp_path / "log").symlink_to(victim)
    LogFile(tmp_path / "log", stderr).write("line\n")
    assert (victim.read_text(), stderr.getvalue()) == ("theirs", "line\n")


async def test_a_hangup_reloads_the_level_and_names_what_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "has_terminal", lambda: False)
    config, path = tmp_path / "shopwarden.toml", tmp_path / "daemon.log"
    config.write_text('[log]\nlevel = "warning"\n')
    configure_logs("warning", io.StringIO(), path)
    log = log_for("test").bind(device="abc")
    log.info("unheard")
    running = asyncio.create_task(Reloading(load_config(config), config, {}).run())
    before = signal.getsignal(signal.SIGHUP)
    try:
        await asyncio.sleep(0.01)
        config.write_text('[log]\nlevel = "info"\n[adb]\nport = 6000\n')
        os.kill(os.getpid(), signal.SIGHUP)
        async with asyncio.timeout(5):
            while not path.exists() or "config.reloaded" not in path.read_text():
                await asyncio.sleep(0.01)
        log.info("heard")
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert signal.getsignal(signal.SIGHUP) == before
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["config.needs_restart", "config.reloaded", "heard"]
    assert lines[0]["where"] == "adb.port"


async def test_a_wrong_configuration_changes_nothing(tmp_path: Path) -> None:
    config, path = tmp_path / "shopwarden.toml", tmp_path / "daemon.log"
    config.write_text("[log]\nlevel = 5\n")
    configure_logs("info", io.StringIO(), path)
    assert await Reloading(Config(), config, {}).reload() == ()
    assert _events(path) == ["config.not_reloaded"]
