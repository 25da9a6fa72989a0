"""What the whole suite stands on."""

import os
import sys
from pathlib import Path

from policies.matching import machine_code

_BYTECODE = Path(__file__).parents[1] / ".pytest_cache" / "bytecode"


def _keep_bytecode() -> None:
    """Programs that tests start do not compile everything anew where PYTHONDONTWRITEBYTECODE is set."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", "") and not os.environ.get("PYTHONPYCACHEPREFIX"):
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(_BYTECODE)
        sys.dont_write_bytecode = False


_keep_bytecode()
machine_code.decide(machine_code.Use.WHEN_PREPARED)  # no test waits for it that does not ask for it
