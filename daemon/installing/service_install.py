"""A service put in place and taken away again, step by step. Repeating it changes nothing.

Rules:
1. Keys, configuration and records are made once and never touched again, neither by a second run nor by taking away.
2. Files that a package put in place as they have to be are left to the package.
3. Below another root only files are written: users, keys and systemd belong to the machine that runs.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..api.exit_codes import ExitCode
from ..api.texts import Language
from ..cli.template import Given, config_template
from ..errors import DaemonError
from .first_keys import make_first_keys, told_first_keys
from .layout import ADB_UNIT, CONFIG, CREDENTIAL_NAME, DAEMON_UNIT, DropIn, Key, Layout
from .steps import Do, RemoveFile, Run, Step, WriteFile
from .units import PlacedFile, service_files

_RUNNING_SYSTEMD: Final = Path("/run/systemd/system")


def packaged(layout: Layout) -> Layout:
    """The same with its files where a package puts them."""
    return replace(
        layout,
        unit_dir=Path("/usr/lib/systemd/system"),
        sysusers_dir=Path("/usr/lib/sysusers.d"),
        tmpfiles_dir=Path("/usr/lib/tmpfiles.d"),
        udev_dir=Path("/usr/lib/udev/rules.d"),
    )


def require_machine(layout: Layout) -> None:
    """DaemonError `install.no_systemd`, `install.not_root`, `install.program_hidden`, unless only files are written."""
    if layout.is_staged:
        return
    if not _RUNNING_SYSTEMD.is_dir():
        raise DaemonError("install.no_systemd", ExitCode.USAGE)
    if os.geteuid() != 0:
        raise DaemonError("install.not_root", ExitCode.NOT_PERMITTED)
    if layout.is_hidden:
        raise layout.hidden()


def installing(layout: Layout, *, store_name: str, language: Language, timezone: str | None) -> tuple[Step, ...]:
    """What puts the service in place, in order."""
    files = tuple(_files(layout))
    if layout.is_staged:
        return files
    sysusers = _place_of(layout, layout.sysusers_dir / "shopwarden.conf")
    tmpfiles = _place_of(layout, layout.tmpfiles_dir / "shopwarden.conf")
    steps: list[Step] = [
        *files,
        Run(command=("systemd-sysusers", str(sysusers))),
        Run(command=("systemd-tmpfiles", "--create", str(tmpfiles))),
    ]
    if not _is_there(layout.on_disk(CONFIG)):
        text = _config(layout, store_name, language, timezone)
        steps.append(WriteFile(path=layout.on_disk(CONFIG), content=text.encode(), mode=0o640, group=layout.user))
    if layout.key is Key.CREDENTIAL and not _is_there(layout.on_disk(layout.state) / "keys.json"):
        steps.append(Do(told=told_first_keys(layout), work=lambda: make_first_keys(layout)))
    steps += [
        Run(command=("udevadm", "control", "--reload"), may_fail=True),
        Run(command=("udevadm", "trigger", "--subsystem-match=usb"), may_fail=True),
        Run(command=("systemctl", "daemon-reload")),
        Run(command=("systemctl", "enable", ADB_UNIT, DAEMON_UNIT)),
    ]
    return tuple(steps)


def starting() -> tuple[Step, ...]:
    """What starts it; one that runs is left running."""
    return (Run(command=("systemctl", "start", ADB_UNIT, DAEMON_UNIT)),)


def taking_away(layout: Layout) -> tuple[Step, ...]:
    """What takes the service away. State, configuration, credential and users stay."""
    files = service_files(replace(layout, drop_ins=tuple(DropIn)))
    removed = tuple(RemoveFile(path=layout.on_disk(file.path)) for file in files)
    if layout.is_staged:
        return removed
    return (
        Run(command=("systemctl", "disable", "--now", DAEMON_UNIT, ADB_UNIT), may_fail=True),
        *removed,
        Run(command=("systemctl", "daemon-reload")),
        Run(command=("udevadm", "control", "--reload"), may_fail=True),
    )


def _files(layout: Layout) -> Iterator[WriteFile]:
    for file, original in _pairs(layout):
        if layout.is_staged or not _holds(original.path, file.text):
            yield WriteFile(path=layout.on_disk(file.path), content=file.text.encode(), mode=file.mode)


def _place_of(layout: Layout, path: Path) -> Path:
    own = {file.path: original.path for file, original in _pairs(layout) if _holds(original.path, file.text)}
    return own.get(path, path)


def _pairs(layout: Layout) -> Iterator[tuple[PlacedFile, PlacedFile]]:
    yield from zip(service_files(layout), service_files(packaged(layout)), strict=True)


def _config(layout: Layout, store_name: str, language: Language, timezone: str | None) -> str:
    lines = f'source = "{layout.key}"\n'
    if layout.key is Key.CREDENTIAL:
        lines += f'name = "{CREDENTIAL_NAME}"\n'
    given = Given(timezone=timezone, adb_server=f"127.0.0.1:{layout.adb_port}")
    return config_template(store_name, language, lines, given)


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text("utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def _is_there(path: Path) -> bool:
    """Of what this user may not look at, in a dry run: not."""
    try:
        return path.exists()
    except OSError:
        return False
