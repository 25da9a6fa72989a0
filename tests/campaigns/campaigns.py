"""The campaigns by name: their points, and what each worker needs."""

import atexit
import contextlib
import multiprocessing
import multiprocessing.util
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from . import fuse_wire, power, shim
from .bits import BitRange
from .driver import Order, Outcome
from .driver import run as run_points
from .kills import DISKS, KILLS, Point, Range, firing_range, points_of
from .old_pages import OldPages
from .power import PowerCut, Recording
from .stages import STAGES
from .told import Told

DEFAULT_CUTS: Final = 3_000
_KEPT: Final = contextlib.ExitStack()
"""What a worker holds until it ends."""


@dataclass(slots=True)
class _Worker:
    """What this process has made ready."""

    range: Range | None = None
    folder: Path | None = None
    recordings: dict[str, Recording] | None = None
    bits: BitRange | None = None
    pages: OldPages | None = None


_worker: Final = _Worker()


def shared_memory() -> Path | None:
    """Where files are made quickly; None for the usual place."""
    place = Path("/dev/shm")
    return place if place.is_dir() else None


def _tidy_up_at_the_end() -> None:
    """Workers of a pool run no exit handlers but multiprocessing's own."""
    if multiprocessing.parent_process() is None:
        atexit.register(_KEPT.close)
    else:
        multiprocessing.util.Finalize(None, _KEPT.close, exitpriority=1)


def _begin_range() -> None:
    _tidy_up_at_the_end()
    _worker.range = _KEPT.enter_context(firing_range())


def _strike_range(name: str) -> Outcome:
    assert _worker.range is not None
    return _worker.range.strike(Point.named(name))


def _points(actions: tuple[shim.Action, ...], only: str) -> list[str]:
    with firing_range() as place:
        return [
            point.name
            for stage in STAGES
            if stage.startswith(only.split("/")[0])
            for point in points_of(stage, place.calls_of(stage), actions)
        ]


def _kills(order: Order, only: str) -> list[Outcome]:
    names = [name for name in _points(KILLS, only) if name.startswith(only)]
    return run_points("kills", names, order, strike=_strike_range, begin=_begin_range)


def _disks(order: Order, only: str) -> list[Outcome]:
    names = [name for name in _points(DISKS, only) if name.startswith(only)]
    return run_points("disks", names, order, strike=_strike_range, begin=_begin_range)


def _begin_power() -> None:
    _tidy_up_at_the_end()
    _worker.folder = Path(_KEPT.enter_context(tempfile.TemporaryDirectory(prefix="power-", dir=shared_memory())))


def _strike_power(name: str) -> Outcome:
    assert _worker.folder is not None and _worker.recordings is not None
    cut = PowerCut.named(name)
    return power.strike(_worker.recordings[cut.stage], cut, _worker.folder)


def _record_all(only: str, weaken: Callable[[], None] | None = None) -> dict[str, Recording]:
    with tempfile.TemporaryDirectory(prefix="record-", dir=shared_memory()) as folder:
        return {name: power.record(name, Path(folder), weaken) for name in STAGES if name.startswith(only)}


def _power(order: Order, only: str) -> list[Outcome]:
    """Workers are forked and inherit what was recorded."""
    _worker.recordings = _record_all(only.split("/")[0])
    chance = random.Random(order.seed)
    each = (order.points or DEFAULT_CUTS) // len(_worker.recordings)
    names = [cut.name for one in _worker.recordings.values() for cut in power.cuts_of(one, each, chance)]
    return run_points("power", names, order, strike=_strike_power, begin=_begin_power)


def _power_control(order: Order, only: str) -> list[Outcome]:
    """With synchronous=NORMAL acknowledged rows must be seen to be lost: otherwise the harness sees nothing."""
    del only
    with tempfile.TemporaryDirectory(prefix="power-", dir=shared_memory()) as folder:
        recording = power.record("work", Path(folder), power.normal_synchronous)
        cuts = power.cuts_of(recording, 60, random.Random(order.seed))
        lost = [one for one in (power.strike(recording, cut, Path(folder)) for cut in cuts) if one.problem]
    problem = None if lost else "nothing was lost with synchronous=NORMAL"
    how = f"{len(lost)} of {len(cuts)} cuts, the first: {lost[0].problem}" if lost else ""
    return [Outcome(point="control/normal", took_effect=True, problem=problem, how=how)]


def _begin_bits() -> None:
    _begin_power()
    assert _worker.folder is not None
    _worker.bits = BitRange(_worker.folder)


def _strike_bits(name: str) -> Outcome:
    assert _worker.bits is not None
    return _worker.bits.strike(name)


def _bits(order: Order, only: str) -> list[Outcome]:
    with tempfile.TemporaryDirectory(prefix="bits-", dir=shared_memory()) as folder:
        names = [name for name in BitRange(Path(folder)).points() if name.startswith(only)]
    return run_points("bits", names, order, strike=_strike_bits, begin=_begin_bits)


def _begin_pages() -> None:
    _begin_power()
    assert _worker.folder is not None
    _worker.pages = OldPages(_worker.folder)


def _strike_pages(name: str) -> Outcome:
    assert _worker.pages is not None
    return _worker.pages.strike(name)


def _pages(order: Order, only: str) -> list[Outcome]:
    """One worker: which pages differ is decided when its archive is made."""
    _begin_pages()
    assert _worker.pages is not None
    names = [name for name in _worker.pages.points() if name.startswith(only)]
    alone = replace(order, workers=1)
    return run_points("pages", names, alone, strike=_strike_pages, begin=lambda: None)


def _told(order: Order, only: str) -> list[Outcome]:
    _begin_power()
    assert _worker.folder is not None
    place = Told(_worker.folder)
    names = [name for name in place.points() if name.startswith(only)]
    return run_points("told", names, replace(order, workers=1), strike=place.strike, begin=lambda: None)


Campaign = Callable[[Order, str], list[Outcome]]
CAMPAIGNS: Final[dict[str, Campaign]] = {
    "kills": _kills,
    "disks": _disks,
    "power": _power,
    "power-control": _power_control,
    "pages": _pages,
    "bits": _bits,
    "told": _told,
}
_WHY_NOT: Final[dict[str, Callable[[], str | None]]] = {
    "kills": shim.why_not,
    "disks": shim.why_not,
    "power": fuse_wire.why_not,
    "power-control": fuse_wire.why_not,
}


def why_not(name: str) -> str | None:
    """Why this machine cannot run it; None when it can."""
    return _WHY_NOT[name]() if name in _WHY_NOT else None


def run(name: str, order: Order) -> list[Outcome]:
    """All its points."""
    return CAMPAIGNS[name](order, order.only)
