"""docs/speed.md and docs/evasions.md from the last results of benchmarks: `python -m benchmarks.table`."""

import json
from pathlib import Path
from typing import Final

from . import evasion_page

ROOT: Final = Path(__file__).parent.parent
ELSEWHERE: Final = frozenset(("faults", "evasion"))
"""Results that docs/faults.md and docs/evasions.md tell of."""
_HEAD: Final = """# Speed

Figures of `make bench` (`make bench ARGS="insert sealing"` for some), written here by `python -m benchmarks.table` from
`benchmarks/results/*.json`. Absolute numbers are of the machine they were measured on, which other work shared; ratios
are medians of runs in turn with a floor or a peer on the same machine and travel better. What each figure means, and
what its floor does and does not do, stands at the top of `benchmarks/NAME.py`. Names that begin with `goal_` are what
is wanted, not what was measured.

Sizes can be chosen: `SHOPWARDEN_BENCH_ROWS` (archive of a million messages, kept in `SHOPWARDEN_BENCH_DIR` or the
system's temporary directory), `SHOPWARDEN_BENCH_SEAL_MB`, `SHOPWARDEN_BENCH_ROUNDS`.
"""


def main() -> None:
    """Write it anew, and docs/evasions.md."""
    results = sorted((Path(__file__).parent / "results").glob("*.json"))
    sections = [_section(path) for path in results if path.stem not in ELSEWHERE]
    (ROOT / "docs" / "speed.md").write_text("\n".join([_HEAD, *sections]), encoding="utf-8")
    (ROOT / "docs" / "evasions.md").write_text(evasion_page.page(), encoding="utf-8")


def _section(path: Path) -> str:
    result = json.loads(path.read_text(encoding="utf-8"))
    on = result["on"]
    lines = [
        f"## {result['benchmark']}",
        "",
        f"{on['measured_at'][:10]}, {on['cpus']} CPUs, {on['machine']}, Python {on['python']}{_load(on)}.",
        "",
        "| figure | value |",
        "|---|---|",
        *(f"| {name} | {_spell(figure)} |" for name, figure in result["figures"].items()),
        "",
    ]
    return "\n".join(lines)


def _load(on: dict[str, float | str]) -> str:
    """How busy the machine was besides; older results do not say."""
    return f", load average at the end {on['load_1min']}" if "load_1min" in on else ""


def _spell(figure: float | str) -> str:
    if isinstance(figure, str):
        return figure
    return f"{figure:,.3f}" if isinstance(figure, float) and abs(figure) < 100 else f"{figure:,.0f}"


if __name__ == "__main__":
    main()
