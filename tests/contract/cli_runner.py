"""Runs the real `shopwarden` in its own process, with or without a terminal."""

import asyncio
import contextlib
import json
import os
import pty
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.forking import fork

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 40


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def items(self) -> list[dict[str, object]]:
        document = json.loads(self.out)
        assert document["schema"] == 1
        assert isinstance(document["items"], list)
        return document["items"]


def environment(state: Path, **extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SHOPWARDEN", "LC_", "LANG"))}
    base = {"SHOPWARDEN_STATE": str(state), "SHOPWARDEN_STRICT_TEXTS": "1", "LANG": "C.UTF-8", "TERM": "xterm"}
    return kept | base | extra


async def shopwarden(state: Path, *arguments: str, stdin: bytes = b"", **extra: str) -> Ran:
    """Forked (`tests.forking`), its streams are files."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        said.write(stdin)
        said.seek(0)
        process = fork(
            "console.main", arguments, stdin=said.fileno(), stdout=out.fileno(), stderr=err.fileno(),
            environment=environment(state, **extra),
        )  # fmt: skip
        try:
            async with asyncio.timeout(TIMEOUT_S):
                code = await process.wait()
        finally:
            process.kill()
        out.seek(0)
        err.seek(0)
        return Ran(code, out.read().decode(), err.read().decode())


async def at_terminal(state: Path, *arguments: str, types: str = "", columns: int = 100, **extra: str) -> Ran:
    """Everything at one pseudo terminal; `types` is typed once the program asked something."""
    leader, follower = pty.openpty()
    with contextlib.closing(os.fdopen(leader, "r+b", buffering=0)) as screen:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "console.main", *arguments, cwd=ROOT,
            env=environment(state, COLUMNS=str(columns), **extra),
            stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        )  # fmt: skip
        os.close(follower)
        shown = bytearray()
        is_over = asyncio.Event()
        has_typed = not types

        def read() -> None:
            nonlocal has_typed
            try:
                chunk = os.read(screen.fileno(), 65536)
            except OSError:
                chunk = b""
            if not chunk:
                is_over.set()
                asyncio.get_running_loop().remove_reader(screen.fileno())
                return
            shown.extend(chunk)
            if not has_typed and shown.rstrip().endswith((b"[y/N]", b"confirm:")):
                has_typed = True
                os.write(screen.fileno(), types.encode())

        asyncio.get_running_loop().add_reader(screen.fileno(), read)
        async with asyncio.timeout(TIMEOUT_S):
            await process.wait()
            await is_over.wait()
    assert process.returncode is not None
    return Ran(process.returncode, shown.decode(), "")
