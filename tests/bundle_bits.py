"""Changing one bit of a bundle: what both checkers say of it."""

import functools
import hashlib
import types
from pathlib import Path

from daemon.bundles.static_files import checker
from daemon.bundles.verification import verify_bundle
from tests.bundle_kit import masked, record_of, source_of, write_to

FILE = b"\x89PNG\r\n\x1a\n" + bytes(300)


def script() -> types.ModuleType:
    """`verify.py` as it lies in a bundle. It remembers signatures that it checked: most of a bundle is as before."""
    module = types.ModuleType("verify")
    exec(compile(checker(), "verify.py", "exec"), module.__dict__)  # noqa: S102 - it is ours
    module.__dict__["is_signed"] = functools.lru_cache(maxsize=64)(module.is_signed)
    return module


def small_bundle(path: Path) -> bytes:
    """A bundle with a complete and a masked record and a file."""
    records = [record_of(2, file=FILE), masked(record_of(5))]
    write_to(path, source_of(records, 7, {hashlib.sha256(FILE).hexdigest(): FILE}))
    return path.read_bytes()


class Flipping:
    """One bundle, changed again and again in one file."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "b.zip"
        self.content = small_bundle(self.path)
        self._script = script()

    def flipped(self, bit: int) -> tuple[set[str], set[str]]:
        """Names of what the two checkers find when bit `bit` of the file is changed."""
        changed = bytearray(self.content)
        changed[bit // 8] ^= 1 << bit % 8
        self.path.write_bytes(changed)
        theirs = {name for name, _ in self._script.check(str(self.path)).problems}
        return theirs, set(verify_bundle(self.path).problems)
