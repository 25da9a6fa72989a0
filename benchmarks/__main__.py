"""`make bench`: runs the benchmarks named on the command line (all without names), prints them, keeps their JSON."""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path

from . import backfill, bundles, commands, console, evasion, fleet, idle, insert, opening, sealing, search, text, verify

RESULTS = Path(__file__).parent / "results"
BENCHMARKS: dict[str, Callable[[], Coroutine[None, None, dict[str, float | int | str]]]] = {
    "backfill": backfill.run,
    "bundles": bundles.run,
    "commands": commands.run,
    "console": console.run,
    "evasion": evasion.run,
    "fleet": fleet.run,
    "idle": idle.run,
    "insert": insert.run,
    "opening": opening.run,
    "sealing": sealing.run,
    "search": search.run,
    "text": text.run,
    "verify": verify.run,
}


def main() -> int:
    """Every figure is from this run on this machine; ratios are against a floor measured in the same run."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args().names or list(BENCHMARKS)
    RESULTS.mkdir(exist_ok=True)
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures = asyncio.run(BENCHMARKS[name]())
        machine = {
            "cpus": os.cpu_count(),
            "load_1min": round(os.getloadavg()[0], 1),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        (RESULTS / f"{name}.json").write_text(
            json.dumps(
                {"schema": 1, "benchmark": name, "on": machine, "figures": figures}, indent=2, ensure_ascii=False
            )
            + "\n",
            encoding="utf-8",
        )
        print(f"== {name}")
        for key, figure in figures.items():
            print(f"  {key:38} {figure:,.3f}" if isinstance(figure, float) else f"  {key:38} {figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
