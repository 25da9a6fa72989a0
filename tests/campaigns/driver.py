"""Runs many small things on two cores, told as they go, resumable, their outcome kept as JSON."""

import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).parents[2] / "benchmarks" / "results" / "faults.json"
_TELL_EVERY_S: Final = 5.0
_MOST_SHOWN: Final = 20

Figures = dict[str, float | int | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a point. `problem` None: all that must hold held."""

    point: str
    took_effect: bool
    check_s: float = 0.0
    problem: str | None = None
    how: str = ""
    """By what it was found, for counting."""
    count: int = 1
    """Faults in this point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How a campaign is run."""

    seed: int
    points: int
    """At most so many; 0 all."""
    workers: int
    is_resumed: bool
    only: str = ""
    """What the names of points begin with."""


def chosen(names: Sequence[str], order: Order) -> list[str]:
    """All in a random order, or so many of them, evenly over what is before the first slash."""
    chance = random.Random(order.seed)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.rsplit("/", 1)[0], []).append(name)
    if order.points and order.points < len(names):
        wanted = order.points / len(names)
        picked: list[str] = []
        for group in groups.values():
            picked += chance.sample(group, max(1, round(len(group) * wanted)))
    else:
        picked = list(names)
    chance.shuffle(picked)
    return picked


class Journal:
    """Outcomes of a run that may be cut; below the system's temporary directory."""

    def __init__(self, campaign: str, order: Order) -> None:
        folder = Path(tempfile.gettempdir()) / f"shopwarden-faults-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._path = folder / f"{campaign}-{order.only.replace('/', '.')}-{order.points}-{order.seed}.jsonl"
        if not order.is_resumed:
            self._path.unlink(missing_ok=True)

    def done(self) -> list[Outcome]:
        if not self._path.exists():
            return []
        lines = self._path.read_text("utf-8").splitlines()
        return [Outcome(**json.loads(line)) for line in lines if line.endswith("}")]

    def add(self, outcome: Outcome) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._path.unlink(missing_ok=True)


def run(
    campaign: str, names: Sequence[str], order: Order, *, strike: Callable[[str], Outcome], begin: Callable[[], None]
) -> list[Outcome]:
    """`begin` in each worker, then `strike` for each name; outcomes in the order they came."""
    journal = Journal(campaign, order)
    outcomes = journal.done()
    known = {outcome.point for outcome in outcomes}
    waiting = [name for name in chosen(names, order) if name not in known]
    started = told = time.monotonic()
    _tell(f"{campaign}: {len(waiting)} points, seed {order.seed}, {len(known)} done before")
    for outcome in _all(waiting, order.workers, strike, begin):
        journal.add(outcome)
        outcomes.append(outcome)
        if outcome.problem is not None:
            _tell(f"  FAILED {outcome.point}: {outcome.problem}")
        if time.monotonic() - told > _TELL_EVERY_S:
            told = time.monotonic()
            _tell(f"  {len(outcomes)}/{len(waiting) + len(known)} {told - started:.0f} s")
    journal.close()
    return outcomes


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _all(
    names: Sequence[str], workers: int, strike: Callable[[str], Outcome], begin: Callable[[], None]
) -> Iterator[Outcome]:
    if workers == 1:
        begin()
        yield from map(strike, names)
        return
    with ProcessPoolExecutor(workers, initializer=begin) as pool:
        yield from pool.map(strike, names, chunksize=4)


def figures_of(outcomes: Sequence[Outcome], order: Order, seconds: float) -> Figures:
    """What is kept of a campaign."""
    effective = [outcome for outcome in outcomes if outcome.took_effect]
    failed = [outcome for outcome in outcomes if outcome.problem is not None]
    groups: Counter[str] = Counter()
    for outcome in effective:
        groups[outcome.point.rsplit("/", 1)[0]] += outcome.count
    found_by = Counter(outcome.how for outcome in outcomes if outcome.how)
    kept: Figures = {
        "points": sum(outcome.count for outcome in outcomes),
        "took_effect": sum(outcome.count for outcome in effective),
        "failed": len(failed),
        "seed": order.seed,
        "seconds": round(seconds, 1),
    }
    if any(outcome.check_s for outcome in outcomes):
        kept["slowest_check_s"] = round(max(outcome.check_s for outcome in outcomes), 3)
    kept |= {f"of {name}": count for name, count in sorted(groups.items())} if len(groups) <= 40 else {}
    kept |= {f"found by {name}": count for name, count in sorted(found_by.items())}
    kept |= {f"failed {outcome.point}": outcome.problem for outcome in failed[:_MOST_SHOWN]}
    return kept


def keep(campaign: str, figures: Figures, target: Path = RESULTS) -> None:
    """Put the campaign's figures into the results, beside those of the others."""
    kept = json.loads(target.read_text("utf-8")) if target.exists() else {}
    kept |= {"schema": 1, "benchmark": "faults"}
    kept["on"] = {"cpus": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=RESULTS.parent
    )
    about: Figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip() or None,
    }
    kept.setdefault("figures", {})[campaign] = figures | about
    target.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
