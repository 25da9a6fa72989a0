"""Files that are the same in every bundle but for its names: what a lawyer or a judge reads first, and the checker."""

import json
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Final

from crypto.notes import fingerprint

from .lines import Json, time_text
from .parts import BundleOrder

_FILES: Final = Path(__file__).parent / "files"
_CHECKER: Final = Path(__file__).parent / "checker"
_MARK: Final = "# --- in the script from here ---\n"
_PARTS: Final = ("signatures", "proofs", "container", "checks")
_END: Final = 'if __name__ == "__main__":\n    sys.exit(main(sys.argv[1:]))\n'
CHECKER: Final = "verify.py"
READMES: Final = ("README.en.txt", "README.zh.txt")
SCHEMA: Final = "records.schema.json"


@lru_cache(maxsize=8)
def _read(name: str) -> bytes:
    return (_FILES / name).read_bytes()


@lru_cache(maxsize=1)
def checker() -> bytes:
    """`verify.py`: the parts of `checker/` behind one head."""
    parts = [(_CHECKER / f"{name}.py").read_text("utf-8").partition(_MARK)[2].strip("\n") for name in _PARTS]
    script = "\n\n\n".join([(_CHECKER / "head.txt").read_text("utf-8").rstrip("\n"), *parts, _END])
    return script.encode()


def readme(name: str, order: BundleOrder, public_key: str, watermark: str) -> bytes:
    """One of READMES."""
    text = Template(_read(name).decode()).substitute(
        watermark=watermark, bundle_id=order.bundle_id, made_at=time_text(order.made_at), key=fingerprint(public_key)
    )
    return text.encode("utf-8", "replace")


def schema(watermark: str) -> bytes:
    """The description of `records.jsonl`."""
    described: dict[str, Json] = json.loads(_read(SCHEMA))
    return json.dumps({**described, "watermark": watermark}, indent=1).encode() + b"\n"
