"""The files of an installation, made of the templates in `files/`."""

import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from .layout import ADB_UNIT, CREDENTIAL, CREDENTIAL_NAME, DAEMON_UNIT, Key, Layout

_MARK = re.compile(r"@([A-Z_]+)@")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFile:
    """A file of the installation."""

    path: Path
    """As the installed system sees it."""
    text: str
    mode: int = 0o644


def service_files(layout: Layout) -> tuple[PlacedFile, ...]:
    """Units, users, directories, USB rules and the drop-ins that were asked for."""
    named = (
        (layout.unit_dir / ADB_UNIT, "shopwarden-adb.service"),
        (layout.unit_dir / DAEMON_UNIT, "shopwardend.service"),
        (layout.sysusers_dir / "shopwarden.conf", "sysusers.conf"),
        (layout.tmpfiles_dir / "shopwarden.conf", "tmpfiles.conf"),
        (layout.udev_dir / "71-shopwarden.rules", "udev.rules"),
        *((drop_in_path(layout, name), f"{name}.conf") for name in layout.drop_ins),
    )
    return tuple(PlacedFile(path=path, text=rendered(name, layout)) for path, name in named)


def drop_in_path(layout: Layout, name: str) -> Path:
    """Of a drop-in of the daemon's unit."""
    return layout.unit_dir / f"{DAEMON_UNIT}.d" / f"{name}.conf"


def rendered(name: str, layout: Layout) -> str:
    """One template with its marks replaced."""
    is_credential = layout.key is Key.CREDENTIAL
    words = {
        "BIN": str(layout.bin),
        "USER": layout.user,
        "ADB_USER": layout.adb_user,
        "GROUP": layout.group,
        "ADB_PORT": str(layout.adb_port),
        "SEALED": "" if is_credential else " --sealed",
        "CREDENTIAL": f"LoadCredentialEncrypted={CREDENTIAL_NAME}:{CREDENTIAL}" if is_credential else "",
    }
    template = resources.files("daemon.installing").joinpath("files", name).read_text("utf-8")
    lines = (_MARK.sub(lambda mark: words[mark[1]], line) for line in template.splitlines() if _is_kept(line, words))
    return "\n".join(lines) + "\n"


def _is_kept(line: str, words: dict[str, str]) -> bool:
    """A line that is one mark goes when there is nothing to say."""
    mark = _MARK.fullmatch(line)
    return mark is None or bool(words[mark[1]])
