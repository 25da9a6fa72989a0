"""Files that are there whole or not at all."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from crypto.atomic_file import create_file, read_file, replace_file
from crypto.errors import CryptoErrorCode, IntegrityError, StorageError, VaultStateError
from crypto.heads import HeadLog, HeadSigner


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_created_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_file(tmp_path / "a", b"content")
    finally:
        os.umask(before)
    assert (tmp_path / "a").read_bytes() == b"content"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a").stat().st_nlink == 1
    assert names(tmp_path) == ["a"]


def test_create_never_replaces(tmp_path: Path) -> None:
    create_file(tmp_path / "a", b"first")
    with pytest.raises(VaultStateError) as refused:
        create_file(tmp_path / "a", b"second")
    assert refused.value.code is CryptoErrorCode.FILE_EXISTS
    assert (tmp_path / "a").read_bytes() == b"first"
    assert names(tmp_path) == ["a"]


def test_create_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    create_file(tmp_path / "a", b"first")
    with pytest.raises(VaultStateError) as refused:
        create_file(tmp_path / "a", b"second")
    assert refused.value.code is CryptoErrorCode.FILE_EXISTS
    assert (tmp_path / "a").read_bytes() == b"first"
    assert names(tmp_path) == ["a"]


def test_replace_makes_and_replaces(tmp_path: Path) -> None:
    for content in (b"first", b"", b"x" * 200_000):
        replace_file(tmp_path / "a", content)
        assert (tmp_path / "a").read_bytes() == content
    assert names(tmp_path) == ["a"]


def test_links_and_directories_are_refused(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"target")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "directory").mkdir()
    for write in (create_file, replace_file):
        with pytest.raises(VaultStateError) as refused:
            write(tmp_path / "link", b"new")
        assert refused.value.code is CryptoErrorCode.FILE_IS_LINK
        with pytest.raises(VaultStateError):
            write(tmp_path / "directory", b"new")
    with pytest.raises(VaultStateError):
        read_file(tmp_path / "link", max_bytes=10)
    with pytest.raises(VaultStateError):
        read_file(tmp_path / "directory", max_bytes=10)
    assert (tmp_path / "target").read_bytes() == b"target"
    assert names(tmp_path) == ["directory", "link", "target"]


def test_reading_is_bounded_and_does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    create_file(tmp_path / "a", b"12345")
    assert read_file(tmp_path / "a", max_bytes=5) == b"12345"
    with pytest.raises(IntegrityError) as refused:
        read_file(tmp_path / "a", max_bytes=4)
    assert refused.value.code is CryptoErrorCode.FILE_TOO_LONG
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(VaultStateError):
        read_file(tmp_path / "pipe", max_bytes=5)
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "nothing", max_bytes=5)


def test_a_failing_fsync_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_file(tmp_path / "a", b"old")

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(StorageError) as failed:
        replace_file(tmp_path / "a", b"new")
    assert failed.value.code is CryptoErrorCode.FILE_IO
    with pytest.raises(StorageError):
        create_file(tmp_path / "b", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_file_over_the_systems_limit_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    code = f"""
import resource
from pathlib import Path
from crypto.atomic_file import create_file, replace_file
from crypto.errors import DiskFullError
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
for write, name in ((replace_file, "a"), (create_file, "b")):
    try:
        write(Path({str(tmp_path)!r}) / name, b"x" * 10_000)
    except DiskFullError as error:
        print(error.code.value)
"""
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["file.disk_full"] * 2
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_content_is_on_the_disk_before_its_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, link, replace = os.fsync, os.link, os.replace

    def watched_fsync(handle: int) -> None:
        steps.append("sync directory" if stat.S_ISDIR(os.fstat(handle).st_mode) else "sync file")
        fsync(handle)

    def watched_link(source: str, target: str, **options: int) -> None:
        steps.append("name")
        link(source, target, src_dir_fd=options["src_dir_fd"], dst_dir_fd=options["dst_dir_fd"])

    def watched_replace(source: str, target: str, **options: int) -> None:
        steps.append("name")
        replace(source, target, src_dir_fd=options["src_dir_fd"], dst_dir_fd=options["dst_dir_fd"])

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "link", watched_link)
    monkeypatch.setattr(os, "replace", watched_replace)
    for write in (create_file, replace_file):
        steps.clear()
        write(tmp_path / "a", b"content")
        assert steps == ["sync file", "name", "sync directory"]


def test_a_heads_line_is_on_the_disk_when_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def watched(handle: int) -> None:
        status = os.fstat(handle)
        synced.append(-1 if stat.S_ISDIR(status.st_mode) else status.st_size)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    log, signer = HeadLog(tmp_path / "heads.log"), HeadSigner.from_seed(bytes(range(32)))
    log.append(signer.sign("ledger", 1, bytes(32)))
    first = (tmp_path / "heads.log").stat().st_size
    log.append(signer.sign("ledger", 2, bytes(32)))
    assert synced == [first, -1, (tmp_path / "heads.log").stat().st_size]
