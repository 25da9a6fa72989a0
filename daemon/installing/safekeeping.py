"""What of a state an upgrade can change, kept beside it byte for byte until the new version is found well.

Sealed files of media are left out: they never change and are never written over. The copy is as well sealed as the
state, and is overwritten when it goes.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from crypto.shred import shred

from ..api.exit_codes import ExitCode
from ..errors import DaemonError
from ..paths import COPY_OF_UPGRADE as FOLDER
from ..retention.copies import migration_copies

_LIST: Final = "list.json"
_BEGUN: Final = "putting-back"
_LEFT_OUT: Final = frozenset({FOLDER, "media", "uploads", "daemon.lock", "api.sock"})
_LEFT_OUT_ENDS: Final = (".reserve", "-shm", ".tmp")
_SPARE: Final = 16 * 1024 * 1024
_CHUNK: Final = 1024 * 1024


class KeptFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it was."""

    path: str
    """In the state."""
    sha256: str
    mode: int
    uid: int
    gid: int


class KeptList(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy is of."""

    old: str
    """The version before."""
    new: str
    files: tuple[KeptFile, ...]
    migration_copies: tuple[str, ...]
    """Those that were there before."""


@dataclass(frozen=True, slots=True)
class Safekeeping:
    """Of a state that no daemon has open."""

    state: Path

    @property
    def folder(self) -> Path:
        """The copy; whole once its list is there."""
        return self.state / FOLDER

    def kept(self) -> KeptList | None:
        """None when there is no copy, or one that was never finished."""
        try:
            return msgspec.json.decode((self.folder / _LIST).read_bytes(), type=KeptList)
        except (OSError, msgspec.MsgspecError):
            return None

    def keep(self, old: str, new: str) -> None:
        """DaemonError(`upgrade.no_room`, `upgrade.not_kept`); then nothing is left of it."""
        files = tuple(self._files())
        needed = sum(path.stat().st_size for path in files) + _SPARE
        if shutil.disk_usage(self.state).free < needed:
            raise DaemonError("upgrade.no_room", ExitCode.VAULT, mib=-(-needed // 1024**2))
        self.end()
        try:
            self.folder.mkdir(mode=0o700)
            kept = KeptList(
                old=old,
                new=new,
                files=tuple(self._keep(path) for path in files),
                migration_copies=tuple(path.name for path in migration_copies(self.state)),
            )
            _write(self.folder / _LIST, msgspec.json.encode(kept))
            _sync(self.folder)
        except OSError as error:
            self.end()
            raise DaemonError("upgrade.not_kept", ExitCode.VAULT, problem=error.strerror or "?") from error

    @property
    def is_putting_back(self) -> bool:
        """Begun and not ended: the state is neither the one nor the other."""
        return (self.folder / _BEGUN).exists()

    def put_back(self) -> None:
        """The state as it was. Raises DaemonError(`upgrade.not_put_back`) and keeps the copy when that fails."""
        kept = self.kept()
        if kept is None:
            raise DaemonError("upgrade.not_put_back", ExitCode.VAULT, problem="no copy", path=str(self.folder))
        names = {one.path for one in kept.files}
        try:
            _write(self.folder / _BEGUN, b"")
            _sync(self.folder)
            for path in tuple(self._files()):
                if str(path.relative_to(self.state)) not in names:
                    path.unlink()
            for path in migration_copies(self.state):
                if path.name not in kept.migration_copies:
                    shred(path)
            for ending in ("-shm", "-wal"):
                if f"archive.db{ending}" not in names:
                    (self.state / f"archive.db{ending}").unlink(missing_ok=True)
            for one in kept.files:
                self._put_back(one)
            _sync(self.state)
        except OSError as error:
            problem = error.strerror or str(error)[:100]
            raise DaemonError("upgrade.not_put_back", ExitCode.VAULT, problem=problem, path=str(self.folder)) from error

    def end(self) -> None:
        """Overwrite and remove the copy. What cannot be removed stays and is tried again at the next upgrade."""
        if self.folder.is_dir() and not self.folder.is_symlink():
            for path in self.folder.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    shred(path)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _files(self) -> Iterator[Path]:
        for path in sorted(self.state.rglob("*")):
            first = path.relative_to(self.state).parts[0]
            is_left_out = first in _LEFT_OUT or path.name.endswith(_LEFT_OUT_ENDS) or ".before-migration-" in path.name
            if not is_left_out and path.is_file() and not path.is_symlink():
                yield path

    def _keep(self, path: Path) -> KeptFile:
        relative = path.relative_to(self.state)
        found = path.stat()
        target = self.folder / relative
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = _copy(path, target)
        return KeptFile(
            path=str(relative), sha256=digest, mode=found.st_mode & 0o7777, uid=found.st_uid, gid=found.st_gid
        )

    def _put_back(self, one: KeptFile) -> None:
        target = self.state / one.path
        if target.is_file() and _digest(target) == one.sha256:
            return
        draft = target.with_name(f".{target.name}.back")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _copy(self.folder / one.path, draft) != one.sha256:
            draft.unlink()
            raise OSError(None, f"{one.path} in the copy was changed")
        draft.chmod(one.mode)
        if os.geteuid() == 0:
            os.chown(draft, one.uid, one.gid)
        draft.replace(target)


def _copy(source: Path, target: Path) -> str:
    """On the disk when it returns; SHA-256 of what was copied."""
    digest = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with source.open("rb") as reader, os.fdopen(handle, "wb") as writer:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(handle)
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
