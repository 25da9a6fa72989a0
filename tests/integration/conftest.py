"""What several integration tests stand on."""

from collections.abc import Iterator

import pytest

from .simphone_support import Adb, adb_server


@pytest.fixture(scope="module")
def adb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    """A private adb server, one a module."""
    with adb_server(tmp_path_factory.mktemp("adb")) as server:
        yield server
