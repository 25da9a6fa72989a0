"""What the program needs to run, taken from this environment: our own wheel and every distribution it depends on."""

import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def build_wheel(folder: Path, epoch_s: int) -> Path:
    """Our own, the same bytes from the same tree."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
        env={"SOURCE_DATE_EPOCH": str(epoch_s), "PATH": "/usr/bin:/bin", "HOME": tempfile.gettempdir()},
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    return wheel


def own_files(wheel: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """What pip would put into site-packages."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            yield PurePosixPath(name), archive.read(name)


def needed_distributions(extras: tuple[str, ...] = ()) -> tuple[Distribution, ...]:
    """Those of pyproject.toml and theirs, as installed here. PackageNotFoundError when one is missing."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    found: dict[str, Distribution] = {}
    waiting = [Requirement(line) for line in lines]
    seen: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        if str(wanted) in seen or (wanted.marker is not None and not wanted.marker.evaluate({"extra": ""})):
            continue
        seen.add(str(wanted))
        installed = found.setdefault(canonicalize_name(wanted.name), distribution(wanted.name))
        for line in installed.requires or ():
            below = Requirement(line)
            contexts = [{"extra": ""}, *({"extra": extra} for extra in wanted.extras)]
            if below.marker is None or any(below.marker.evaluate(context) for context in contexts):
                below.marker = None
                waiting.append(below)
    return tuple(found[name] for name in sorted(found))


def library_files(installed: Distribution) -> Iterator[tuple[PurePosixPath, Path]]:
    """Path in site-packages and where it is; no compiled caches, scripts or tests of numpy."""
    for file in installed.files or ():
        path = PurePosixPath(str(file))
        is_outside = path.parts[0] == ".." or path.is_absolute()
        is_left_out = "__pycache__" in path.parts or (path.parts[0] == "numpy" and "tests" in path.parts)
        place = Path(str(file.locate()))
        if (
            not is_outside
            and not is_left_out
            and path.name not in ("RECORD", "INSTALLER", "REQUESTED")
            and place.is_file()
        ):
            yield path, place
