"""Every byte of a small bundle, one bit of it changed (`--all-bits`: every bit): both checkers find and name it.

    .venv/bin/python -m tests.campaigns.bundle_bits [--all-bits]

One bit a byte takes about five minutes on two cores.
"""

import argparse
import multiprocessing
import sys
import tempfile
from pathlib import Path

from tests.bundle_bits import Flipping


def examine(work: tuple[int, int, bool]) -> list[str]:
    """What is wrong with the bytes `part`, `part + parts`, …"""
    part, parts, has_all_bits = work
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as directory:
        flipping = Flipping(Path(directory))
        for at in range(part, len(flipping.content), parts):
            for bit in range(8) if has_all_bits else (at % 8,):
                theirs, ours = flipping.flipped(at * 8 + bit)
                if not theirs or theirs != ours:
                    wrong.append(f"byte {at} bit {bit}: script {sorted(theirs)}, program {sorted(ours)}")
    return wrong


def main() -> int:
    """0 when every change is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all-bits", action="store_true")
    options = parser.parse_args()
    processes = 2
    with tempfile.TemporaryDirectory() as directory:
        size = len(Flipping(Path(directory)).content)
    with multiprocessing.Pool(processes) as pool:
        work = [(part, processes, options.all_bits) for part in range(processes)]
        wrong = [line for lines in pool.map(examine, work) for line in lines]
    changes = size * (8 if options.all_bits else 1)
    sys.stdout.write("\n".join([*wrong, f"{changes} changes of a bundle of {size} bytes, {len(wrong)} wrong", ""]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
