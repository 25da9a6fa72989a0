"""A Debian package with all that shopwarden needs: `python -m scripts.build_deb [--output DIR]`, or `make deb`.

Only this environment and Python are needed, and nothing is fetched. The program goes to /opt/shopwarden/VERSION; the
link `current` beside it is moved by the package's scripts, after `shopwardend upgrade` found the new version well.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from daemon.installing.layout import Layout
from daemon.installing.service_install import packaged
from daemon.installing.units import service_files

from .deb_archive import Entry, write_deb
from .runtime_files import ROOT, build_wheel, library_files, needed_distributions, own_files

HOME = PurePosixPath("/opt/shopwarden")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_SCRIPTS = ROOT / "scripts" / "debian"
_PROGRAMS = {"shopwardend": "daemon", "shopwarden": "console.main"}
_WRAPPER = """\
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python3" -I -m {module} "$@"
"""
_CONTROL = """\
Package: shopwarden
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {size_kib}
Depends: python3 (>= {python}), python3 (<< {next_python}), systemd (>= 250)
Section: admin
Priority: optional
Description: A shop's own record of its work phones
 Encrypted archive, masked evidence, alerts within seconds. After the first
 installation: shopwardend install-service --store-name NAME
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the package will run."""

    version: str
    python: str = f"{sys.version_info.major}.{sys.version_info.minor}"
    """The extension modules are of this one."""
    interpreter: str = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"

    @property
    def home(self) -> PurePosixPath:
        """Of this version."""
        return HOME / self.version


def program_entries(target: Target, wheel: Path, *, extras: tuple[str, ...] = ()) -> Iterator[Entry]:
    """The version's own folder: an environment of Python without pip."""
    home = target.home
    folder = PurePosixPath(target.interpreter).parent
    config = f"home = {folder}\ninclude-system-site-packages = false\nversion = {target.python}\n"
    yield Entry(path=home / "pyvenv.cfg", source=config.encode())
    yield Entry(path=home / "bin" / "python3", link=target.interpreter)
    yield Entry(path=home / "bin" / "python", link="python3")
    for name, module in _PROGRAMS.items():
        yield Entry(path=home / "bin" / name, source=_WRAPPER.format(module=module).encode(), mode=0o755)
    packages = home / "lib" / f"python{target.python}" / "site-packages"
    for path, content in own_files(wheel):
        yield Entry(path=packages / path, source=content)
    taken: set[PurePosixPath] = set()
    for one in needed_distributions(extras):
        for path, place in library_files(one):
            if path not in taken:
                taken.add(path)
                yield Entry(path=packages / path, source=place, mode=0o755 if os.access(place, os.X_OK) else 0o644)


def system_entries() -> Iterator[Entry]:
    """Units, users, USB rules, links in the path, documents."""
    for file in service_files(packaged(Layout(bin=Path(HOME / "current" / "bin")))):
        yield Entry(path=PurePosixPath(file.path), source=file.text.encode(), mode=file.mode)
    for name in _PROGRAMS:
        yield Entry(path=PurePosixPath("/usr/bin", name), link=str(HOME / "current" / "bin" / name))
    documents = PurePosixPath("/usr/share/doc/shopwarden")
    yield Entry(path=documents / "copyright", source=ROOT / "LICENSE")
    for name in ("operations.md", "config.md", "backup.md"):
        yield Entry(path=documents / name, source=ROOT / "docs" / name)
    yield Entry(path=documents / "examples" / "logrotate", source=_SCRIPTS / "logrotate")


def control_files(target: Target, size_bytes: int) -> dict[str, bytes]:
    """`control` and the package's scripts."""
    major, minor = target.python.split(".")
    words = {
        "version": target.version,
        "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
        "maintainer": os.environ.get("DEBEMAIL", "shopwarden maintainers <root@localhost>"),
        "size_kib": str(-(-size_bytes // 1024)),
        "python": target.python,
        "next_python": f"{major}.{int(minor) + 1}",
    }
    scripts = {
        name: (_SCRIPTS / name).read_text().replace("@VERSION@", target.version).encode()
        for name in ("preinst", "postinst", "prerm", "postrm")
    }
    return {"control": _CONTROL.format(**words).encode(), **scripts}


def build(folder: Path, target: Target, *, epoch_s: int, extras: tuple[str, ...] = (), level: int = 9) -> Path:
    """The package's path."""
    with tempfile.TemporaryDirectory() as name:
        wheel = build_wheel(Path(name), epoch_s)
        entries = [*program_entries(target, wheel, extras=extras), *system_entries()]
        size = sum(len(entry.content()) for entry in entries if entry.link is None)
        architecture = _ARCHITECTURES.get(platform.machine(), platform.machine())
        deb = folder / f"shopwarden_{target.version}_{architecture}.deb"
        folder.mkdir(parents=True, exist_ok=True)
        write_deb(deb, control=control_files(target, size), entries=entries, epoch_s=epoch_s, level=level)
    return deb


def source_epoch_s() -> int:
    """$SOURCE_DATE_EPOCH, else the last commit's time."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    return int(done.stdout.strip() or 0)


def own_version() -> str:
    """Of pyproject.toml."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def main() -> int:
    """Build one and print its path."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="DIR")
    parser.add_argument("--version", default=own_version(), help="folder and package version")
    parser.add_argument("--interpreter", default=Target(version="0").interpreter, help="Python of the target machine")
    parser.add_argument("--extra", action="append", default=[], choices=["fast", "web"])
    parser.add_argument("--level", type=int, default=9, choices=range(1, 10), help="of compression")
    options = parser.parse_args()
    target = Target(version=options.version, interpreter=options.interpreter)
    print(build(options.output, target, epoch_s=source_epoch_s(), extras=tuple(options.extra), level=options.level))
    return 0


if __name__ == "__main__":
    sys.exit(main())
