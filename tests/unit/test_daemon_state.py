"""The state directory is ours alone and has one daemon."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.api.exit_codes import ExitCode
from daemon.errors import StateError, StateLockedError
from daemon.paths import StatePaths, config_file, prepare_state, state_paths
from daemon.state_lock import StateLock


def test_where_the_state_is(tmp_path: Path) -> None:
    env = {"SHOPWARDEN_STATE": str(tmp_path / "env"), "STATE_DIRECTORY": "/var/lib/a:/var/lib/b"}
    assert state_paths(tmp_path / "flag", env).root == tmp_path / "flag"
    assert state_paths(None, env).root == tmp_path / "env"
    assert state_paths(None, {"STATE_DIRECTORY": "/var/lib/a:/var/lib/b"}).root == Path("/var/lib/a")


def test_which_configuration_is_read(tmp_path: Path) -> None:
    paths = StatePaths(tmp_path)
    assert config_file(None, {}, paths) is None
    paths.config.write_text("")
    assert config_file(None, {}, paths) == paths.config
    assert config_file(None, {"SHOPWARDEN_CONFIG": "/etc/x.toml"}, paths) == Path("/etc/x.toml")
    assert config_file(tmp_path / "y.toml", {"SHOPWARDEN_CONFIG": "/etc/x.toml"}, paths) == tmp_path / "y.toml"


def test_the_directory_is_made_for_us_alone(tmp_path: Path) -> None:
    paths = StatePaths(tmp_path / "deep" / "state")
    prepare_state(paths)
    assert paths.root.stat().st_mode & 0o777 == 0o700
    paths.root.chmod(0o777)
    prepare_state(paths)
    assert paths.root.stat().st_mode & 0o777 == 0o750


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StateError):
        prepare_state(StatePaths(tmp_path / "state"))


def test_a_second_daemon_is_refused_and_a_dead_one_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "daemon.lock"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path; from daemon.state_lock import StateLock\n"
            "StateLock(Path(sys.argv[1])).acquire(); print('held', flush=True); time.sleep(60)",
            str(path),
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StateLockedError) as caught:
            StateLock(path).acquire()
        assert caught.value.exit_code is ExitCode.USAGE
        assert caught.value.values["pid"] == holder.pid
    finally:
        holder.kill()
        holder.wait()
    lock = StateLock(path)
    lock.acquire()
    lock.release()


def test_the_lock_file_is_no_way_to_write_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("mine")
    (tmp_path / "daemon.lock").symlink_to(tmp_path / "target")
    with pytest.raises(StateError):
        StateLock(tmp_path / "daemon.lock").acquire()
    assert (tmp_path / "target").read_text() == "mine"
