"""Writes the output of `--help` into the marked blocks of both READMEs: `python -m scripts.readme_help`.

`--check` writes nothing and fails when a block is not what the programs print.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.cli.parser import build_parser
from console.main import CATALOG
from daemon.api.texts import load_texts
from daemon.cli.narration import texts_for
from daemon.cli.parser import build_parser as build_daemon_parser

ROOT = Path(__file__).parents[1]
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
BEGIN = "<!-- help: written by `python -m scripts.readme_help` -->"
END = "<!-- end of help -->"
COLUMNS = "100"


def block(language: str) -> str:
    """What stands between the marks."""
    with _columns():
        client = build_parser(load_texts(language, CATALOG)).format_help()
        daemon = build_daemon_parser(texts_for(language))
        daemon.prog = "shopwardend"
        served = daemon.format_help()
    folded = [
        f"<details><summary><code>{program} --help</code></summary>\n\n```text\n{text.rstrip()}\n```\n\n</details>\n"
        for program, text in (("shopwarden", client), ("shopwardend", served))
    ]
    return "\n" + "\n".join(folded)


def with_block(text: str, language: str) -> str:
    """The README with its block as it has to be. ValueError when it has no marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{block(language).strip()}\n{END}{after}"


def main() -> int:
    """Write both, or tell which differs."""
    checks = "--check" in sys.argv[1:]
    status = 0
    for language, path in READMES.items():
        text = path.read_text(encoding="utf-8")
        wanted = with_block(text, language)
        if wanted == text:
            continue
        if checks:
            sys.stderr.write(f"{path.name}: run python -m scripts.readme_help\n")
            status = 1
        else:
            path.write_text(wanted, encoding="utf-8")
    return status


@contextmanager
def _columns() -> Iterator[None]:
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = COLUMNS
    try:
        yield
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before


if __name__ == "__main__":
    sys.exit(main())
