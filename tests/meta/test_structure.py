"""House rules that a linter does not know."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("adb_bridge", "console", "crypto", "daemon", "policies")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_no_file_is_two_things() -> None:
    long = {
        str(path.relative_to(ROOT)): count for path in SOURCES if (count := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_nothing_is_left_for_later_in_the_code() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert [str(path) for path in SOURCES if marks.search(path.read_text())] == []


MASKS = re.compile(r"\b(?:from|import) policies\.(?:masking|mask_formats)\b.*")
DOORS = {
    "daemon/rights/sight.py": "the one door",
    "daemon/rights/guard.py": "stars for what is withheld",
    "daemon/cli/mask.py": "the command that masks lines of its standard input",
}


def test_what_phones_say_leaves_by_one_door() -> None:
    """`docs/masking.md`: whoever shows something of a phone asks `PrivacyGuard.sight`, and masks nothing by himself."""
    found = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.relative_to(ROOT).parts[0] != "policies" and MASKS.search(path.read_text())
    }
    assert found == set(DOORS)


def test_blind_excepts_say_why() -> None:
    """ruff refuses `except Exception` that swallows; each allowed place carries its reason on the same line."""
    silent = [
        f"{path}: {line.strip()}"
        for path in SOURCES
        for line in path.read_text().splitlines()
        if "noqa: BLE001" in line and not re.search(r"noqa: BLE001\s+\S+.*\w", line)
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("module", "strangers"),
    [
        (
            "console.main",
            ("textual", "sqlcipher3", "cryptography", "adbutils", "ahocorasick", "watchdog", "adb_bridge"),
        ),
        (
            "console.app.app",
            ("aiohttp", "sqlcipher3", "cryptography", "adbutils", "ahocorasick", "adb_bridge", "policies", "crypto"),
        ),
        ("daemon.api.client", ("textual", "sqlcipher3", "cryptography", "adbutils", "ahocorasick", "adb_bridge")),
        ("adb_bridge.bridge", ("textual", "sqlcipher3", "cryptography", "ahocorasick", "daemon.api")),
        ("crypto.keyring", ("textual", "adbutils", "ahocorasick", "daemon", "adb_bridge", "policies")),
        ("policies.engine", ("textual", "adbutils", "sqlcipher3", "cryptography", "daemon", "asyncio")),
    ],
)
def test_importing_a_room_brings_no_stranger(module: str, strangers: tuple[str, ...]) -> None:
    """import-linter reads source; this looks at what really gets loaded."""
    code = f"import sys, {module}; print(*[name for name in {strangers!r} if name in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    ).stdout.split()
    assert loaded == []


def test_the_map_of_the_rooms_leads_somewhere() -> None:
    """Every room of the table exists, so does every file to start reading at, and no package is left out."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    table = text.split("| start reading at |")[1].split("\n\n")[0]
    rooms: set[str] = set()
    for line in table.splitlines()[2:]:
        named, _, files = (re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|"))
        rooms |= {room.split("/")[0] for room in named}
        assert files, line
        for room in named:
            assert (ROOT / room).is_dir(), room
        for file in files:
            assert any((base / file).is_file() for base in (ROOT, *(ROOT / room for room in named))), file
    assert rooms == {*PACKAGES, "tests"}


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


LARGE = 12
"""Modules from which on a package needs a map."""


@pytest.mark.parametrize(
    "package",
    sorted({path.parent for path in SOURCES if len(list(path.parent.glob("*.py"))) > LARGE}),
    ids=lambda package: str(package.relative_to(ROOT)),
)
def test_a_large_package_says_in_which_order_to_read_it(package: Path) -> None:
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    named = set(re.findall(r"`(\w+)/?`", docstring.partition("Reading order:")[2]))
    modules = {path.stem for path in package.glob("*.py")} - {"__init__", "__main__"}
    folders = {path.name for path in package.iterdir() if path.is_dir()}
    assert modules - named == set(), "not on the map"
    assert named - modules - folders - {"__main__"} == set(), "on the map and not in the house"
