"""Where a client looks for the daemon when nobody says where."""

from pathlib import Path

import platformdirs
import pytest

from daemon.api import state_dir
from daemon.api.state_dir import socket_path, state_directory
from daemon.paths import state_paths


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A socket of an installed service; the user has no state of their own."""
    socket = tmp_path / "run" / "api.sock"
    socket.parent.mkdir()
    socket.touch()
    monkeypatch.setattr(state_dir, "INSTALLED_SOCKET", socket)
    monkeypatch.setattr(platformdirs, "user_state_path", lambda _name: tmp_path / "own")
    return socket


def test_the_installed_service_is_found_when_the_user_has_none(installed: Path, tmp_path: Path) -> None:
    assert socket_path(None, state_directory(None, {}), {}) == installed
    own = tmp_path / "own" / "api.sock"
    own.parent.mkdir()
    own.touch()
    assert socket_path(None, state_directory(None, {}), {}) == own


def test_what_was_chosen_is_never_replaced(installed: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen"
    assert socket_path(None, state_directory(chosen, {}), {}) == chosen / "api.sock"
    env = {"SHOPWARDEN_STATE": str(chosen)}
    assert socket_path(None, state_directory(None, env), env) == chosen / "api.sock"
    assert socket_path(tmp_path / "s", chosen, {}) == tmp_path / "s"


def test_the_daemon_serves_where_the_unit_says(tmp_path: Path) -> None:
    told = {"SHOPWARDEN_SOCKET": str(tmp_path / "run" / "api.sock")}
    assert state_paths(tmp_path / "state", told).socket == tmp_path / "run" / "api.sock"
    assert state_paths(tmp_path / "state", {}).socket == tmp_path / "state" / "api.sock"
