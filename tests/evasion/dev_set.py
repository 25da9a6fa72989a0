"""Messages written by hand, `tests/data/disguised/*.jsonl`: disguised ones by what they are about, and honest ones.

One JSON object a line: `label` (what a reviewer would file it under, `honest` for nothing), `text`, and where it
matters `sender` (`staff`, `customer`) and `prev`, earlier messages of the same sender. All numbers and names invented.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "data" / "disguised"
LABELS = frozenset(
    (
        "wechat",
        "transfer",
        "off_till",
        "kickback",
        "customer_data",
        "fraud",
        "counterfeit",
        "claims",
        "direct_selling",
        "abuse",
        "honest",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevMessage:
    """One message with what it is about."""

    label: str
    text: str
    sender: str
    prev: tuple[str, ...]


@lru_cache(maxsize=1)
def dev_messages() -> tuple[DevMessage, ...]:
    """All of them, in the order of the files."""
    return tuple(_read())


def _read() -> Iterator[DevMessage]:
    for file in sorted(FOLDER.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield DevMessage(
                label=row["label"],
                text=row["text"],
                sender=row.get("sender", "unknown"),
                prev=tuple(row.get("prev", ())),
            )
