"""What the whole suite stands on."""

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from policies.matching import machine_code

_BYTECODE = Path(__file__).parents[1] / ".pytest_cache" / "bytecode"


def _keep_bytecode() -> None:
    """Programs that tests start do not compile everything anew where PYTHONDONTWRITEBYTECODE is set."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", "") and not os.environ.get("PYTHONPYCACHEPREFIX"):
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(_BYTECODE)
        sys.dont_write_bytecode = False


_keep_bytecode()
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # a machine that runs everything at once says nothing of the code by being slow
machine_code.decide(machine_code.Use.WHEN_PREPARED)  # no test waits for it that does not ask for it
_GARBAGE = (10_000, 20, 20)
"""Each full collection walks through all that tests keep for one another, a tenth of a second: there are fewer."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays to the end: it is not looked through for garbage again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a module makes once for its tests is made once, not by every worker: these tests stay together."""
    for item in items:
        if not isinstance(item, pytest.Function) or item.get_closest_marker("xdist_group"):
            continue
        made = item._fixtureinfo.name2fixturedefs.values()  # noqa: SLF001  pytest has no other way to ask
        if any(one.scope == "module" for fixtures in made for one in fixtures):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
