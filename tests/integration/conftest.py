"""What several integration tests stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .simphone_support import Adb, adb_server

_HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a module makes once for its tests is made once, not by every worker: these tests stay together."""
    for item in items:
        if not isinstance(item, pytest.Function) or item.path.parent != _HERE:
            continue
        made = item._fixtureinfo.name2fixturedefs.values()  # noqa: SLF001  pytest has no other way to ask
        if any(one.scope == "module" for fixtures in made for one in fixtures):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="module")
def adb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    """A private adb server, one a module."""
    with adb_server(tmp_path_factory.mktemp("adb")) as server:
        yield server
