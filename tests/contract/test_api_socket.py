"""The socket's file: private, replaced when dead, respected when alive."""

import contextlib
import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.api.client import ApiClient
from daemon.api.errors import ApiUnreachableError, UnreachableReason
from daemon.api.exit_codes import ExitCode
from daemon.http.errors import SocketTakenError
from daemon.http.listener import listen

from .api_host import hosted


async def test_mode_and_removal(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        assert stat.S_IMODE(host.socket.stat().st_mode) == 0o660
        assert os.listdir(tmp_path) == ["api.sock"]
    assert os.listdir(tmp_path) == []


async def test_a_dead_daemons_socket_is_replaced(tmp_path: Path) -> None:
    listen(tmp_path / "api.sock").socket.close()
    assert (tmp_path / "api.sock").is_socket()
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:
        assert (await client.hello()).api_version == 1


async def test_a_living_daemon_keeps_its_socket(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host, ApiClient(host.socket, "en") as client:
        with pytest.raises(SocketTakenError) as caught:
            listen(host.socket)
        assert caught.value.code == "socket.taken"
        assert caught.value.exit_code is ExitCode.USAGE
        assert (await client.hello()).api_version == 1


@pytest.mark.parametrize("kind", ["file", "directory", "link"])
def test_something_else_in_the_way_is_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "api.sock"
    if kind == "file":
        path.write_text("precious")
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SocketTakenError, match="not_a_socket"):
        listen(path)
    assert os.listdir(tmp_path) == ["api.sock"]


def test_a_newer_daemons_file_is_not_removed(tmp_path: Path) -> None:
    old = listen(tmp_path / "api.sock")
    old.socket.close()
    new = listen(tmp_path / "api.sock")
    old.remove_file()
    assert new.path.is_socket()
    new.remove_file()
    assert not new.path.exists()
    new.socket.close()


def test_nobody_can_connect_before_the_mode_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound socket refuses connections until it listens; the mode is changed before that, the name comes after."""
    order: list[str] = []
    chmod, rename = Path.chmod, Path.rename

    def noted_chmod(path: Path, mode: int) -> None:
        order.append("chmod")
        with socket.socket(socket.AF_UNIX) as early, pytest.raises(ConnectionRefusedError):
            early.connect(str(path))
        chmod(path, mode)

    def noted_rename(path: Path, to: Path) -> Path:
        order.append("rename")
        return rename(path, to)

    monkeypatch.setattr(Path, "chmod", noted_chmod)
    monkeypatch.setattr(Path, "rename", noted_rename)
    listener = listen(tmp_path / "api.sock")
    assert order == ["chmod", "rename"]
    listener.socket.close()


def test_a_missing_directory_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        listen(tmp_path / "missing" / "api.sock")


@contextlib.contextmanager
def as_nobody() -> Iterator[int]:
    """This process as uid and gid 65534, for a while."""
    groups, group = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(65534)
    os.seteuid(65534)
    try:
        yield 65534
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user takes root")
async def test_another_user_is_kept_out_by_the_mode_and_known_by_the_kernel() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        directory = Path(name)
        directory.chmod(0o711)
        async with hosted(directory) as host:
            with as_nobody():
                async with ApiClient(host.socket, "en") as client:
                    with pytest.raises(ApiUnreachableError) as caught:
                        await client.hello()
            assert caught.value.reason is UnreachableReason.SOCKET_FORBIDDEN
            assert caught.value.exit_code == ExitCode.NOT_PERMITTED
            host.socket.chmod(0o666)
            with as_nobody() as nobody:
                async with ApiClient(host.socket, "en") as client:
                    await client.hello()
            assert host.seen_uids == (nobody,)
