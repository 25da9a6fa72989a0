"""`make faults`: runs the campaigns named on the command line (all without names), prints them, keeps their JSON."""

import argparse
import os
import sys
import time

from . import campaigns
from .driver import Order, figures_of, keep

DEFAULT_SEED = 20261122


def main() -> int:
    """0 when everything held; 1 when a point failed."""
    parser = argparse.ArgumentParser(prog="make faults ARGS=…", description=__doc__)
    names = list(campaigns.CAMPAIGNS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--points", type=int, default=0, metavar="N", help="at most N points of each (all)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of choice and order")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    parser.add_argument("--only", default="", metavar="STAGE", help="points whose name begins so")
    parser.add_argument("--resume", action="store_true", help="leave out what the same seed did before it was cut")
    parser.add_argument("--dry", action="store_true", help="keep no JSON")
    options = parser.parse_args()
    unknown = set(options.names) - set(names)
    if unknown:
        parser.error(f"no campaign {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    order = Order(
        seed=options.seed, points=options.points, workers=options.workers, is_resumed=options.resume, only=options.only
    )
    failed = 0
    for name in options.names or names:
        reason = campaigns.why_not(name)
        if reason is not None:
            print(f"{name}: skipped: {reason}", file=sys.stderr, flush=True)
            continue
        started = time.monotonic()
        outcomes = campaigns.run(name, order)
        figures = figures_of(outcomes, order, time.monotonic() - started)
        if not options.dry:
            keep(name, figures)
        print(f"== {name}")
        for key, figure in figures.items():
            print(f"  {key:44} {figure}")
        failed += sum(outcome.problem is not None for outcome in outcomes)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
