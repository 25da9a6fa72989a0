"""What an installation does, as steps that are told in a dry run and done in a real one, in the same words."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, assert_never

from ..api.exit_codes import ExitCode
from ..errors import DaemonError

COMMAND_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteFile:
    """A file with exactly this content."""

    path: Path
    content: bytes
    mode: int
    group: str | None = None
    """Root's group when None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveFile:
    """No such file any more."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A command of the system."""

    command: tuple[str, ...]
    may_fail: bool = False
    """Its failure is no trouble, as of stopping what does not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Something that has no command."""

    told: str
    """As a shell would say it, for the dry run."""
    work: Callable[[], object]


Step = WriteFile | RemoveFile | Run | Do


def is_done(step: Step) -> bool:
    """Whether it would change nothing. Commands are harmless when repeated and always run."""
    match step:
        case WriteFile(path=path, content=content, mode=mode):
            try:
                return path.read_bytes() == content and path.stat().st_mode & 0o7777 == mode
            except OSError:
                return False
        case RemoveFile(path=path):
            return not os.path.lexists(path)
        case Run() | Do():
            return False
        case _:
            assert_never(step)


def told(step: Step) -> str:
    """One line, as a shell would say it."""
    match step:
        case WriteFile(path=path, mode=mode, group=group):
            return f"install -m {mode:04o}{f' -g {group}' if group else ''} … {shlex.quote(str(path))}"
        case RemoveFile(path=path):
            return f"rm -f {shlex.quote(str(path))}"
        case Run(command=command):
            return shlex.join(command)
        case Do(told=line):
            return line
        case _:
            assert_never(step)


def take(step: Step) -> None:
    """Do it. DaemonError: `install.not_written`, `install.command_failed`."""
    match step:
        case WriteFile():
            _write(step)
        case RemoveFile(path=path):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise _not_written(path, error) from error
        case Run():
            _run(step)
        case Do(work=work):
            work()
        case _:
            assert_never(step)


def _write(step: WriteFile) -> None:
    """Whole or not at all."""
    draft = step.path.with_name(f".{step.path.name}.new")
    try:
        step.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(step.content)
            if step.group is not None:
                shutil.chown(draft, group=step.group)
            os.fchmod(handle, step.mode)
            file.flush()
            os.fsync(handle)
        draft.replace(step.path)
    except (OSError, LookupError) as error:
        draft.unlink(missing_ok=True)
        raise _not_written(step.path, error) from error


def _run(step: Run) -> None:
    name = Path(step.command[0]).name
    try:
        done = subprocess.run(
            step.command, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        if step.may_fail:
            return
        raise DaemonError("install.no_command", ExitCode.USAGE, name=name) from None
    except (OSError, subprocess.TimeoutExpired):
        raise DaemonError("install.command_failed", ExitCode.PARTIAL, name=name, problem="?") from None
    if done.returncode != 0 and not step.may_fail:
        problem = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        raise DaemonError("install.command_failed", ExitCode.PARTIAL, name=name, problem=problem or done.returncode)


def _not_written(path: Path, error: Exception) -> DaemonError:
    problem = (error.strerror if isinstance(error, OSError) else None) or str(error)[:100]
    return DaemonError("install.not_written", ExitCode.PARTIAL, path=str(path), problem=problem)
