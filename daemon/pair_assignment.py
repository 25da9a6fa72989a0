"""One to one: who belongs to whom when everybody's points are weighed together. Pure, knows nothing of calls."""

from collections.abc import Iterator
from typing import Final

Scores = dict[int, dict[int, int]]
"""Points, above 0, by left and right; what is not in it is impossible."""

_MOST_EXACT: Final = 16
"""Of a side that are weighed all at once; larger crowds are settled by mutual best."""


def settle(scores: Scores, *, enough: int, margin: int) -> dict[int, int]:
    """Right by left, for those that have `enough` points and whose next best reading costs at least `margin`."""
    rivalling = {
        left: kept
        for left, fitting in scores.items()
        if (kept := {right: points for right, points in fitting.items() if points > enough - margin})
    }
    return {
        left: right
        for crowd in _crowds(rivalling)
        for left, right in (
            _weighed(crowd, enough, margin) if _size(crowd) <= _MOST_EXACT else _mutual_best(crowd, enough, margin)
        )
    }


def _size(crowd: Scores) -> int:
    return max(len(crowd), len({right for fitting in crowd.values() for right in fitting}))


def _crowds(scores: Scores) -> Iterator[Scores]:
    """Those that share a right side, directly or through others, are settled together."""
    lefts_of: dict[int, list[int]] = {}
    for left, rights in scores.items():
        for right in rights:
            lefts_of.setdefault(right, []).append(left)
    alone = set(scores)
    for first in scores:
        if first not in alone:
            continue
        alone.discard(first)
        crowd, waiting = [first], [first]
        while waiting:
            for right in scores[waiting.pop()]:
                joined = [left for left in lefts_of.pop(right, []) if left in alone]
                alone.difference_update(joined)
                crowd += joined
                waiting += joined
        yield {left: scores[left] for left in crowd}


def _weighed(crowd: Scores, enough: int, margin: int) -> Iterator[tuple[int, int]]:
    certain = {
        left: {right: points for right, points in fitting.items() if points >= enough}
        for left, fitting in crowd.items()
    }
    total, chosen = _best(certain)
    taken = set(chosen.values())
    for left, right in chosen.items():
        without = certain | {left: {other: worth for other, worth in certain[left].items() if other != right}}
        rivals = [worth for other, worth in crowd[left].items() if other not in taken]
        rivals += [fitting[right] for other, fitting in crowd.items() if right in fitting and other not in chosen]
        is_clear = crowd[left][right] - max(rivals, default=-margin) >= margin
        if is_clear and total - _best(without)[0] >= margin:
            yield left, right


def _mutual_best(crowd: Scores, enough: int, margin: int) -> Iterator[tuple[int, int]]:
    """Without weighing all against all: best for each other, and clearly."""
    points_of: dict[int, list[int]] = {}
    for fitting in crowd.values():
        for right, points in fitting.items():
            points_of.setdefault(right, []).append(points)
    for left, fitting in crowd.items():
        right, points = max(fitting.items(), key=lambda one: (one[1], -one[0]))
        others = [worth for other, worth in fitting.items() if other != right]
        others += sorted(points_of[right])[:-1]
        if points >= enough and points == max(points_of[right]) and points - max(others, default=-margin) >= margin:
            yield left, right


def _best(crowd: Scores) -> tuple[int, dict[int, int]]:
    """The assignment with the most points in all, and these. The Hungarian method with potentials, O(n^3); columns
    beyond the rights stand for staying alone, which is worth 0."""
    lefts = sorted(crowd)
    rights = sorted({right for fitting in crowd.values() for right in fitting})
    costs = [[-crowd[left].get(right, 0) for right in rights] + [0] * len(lefts) for left in lefts]
    row_of = _assign(costs)
    chosen = {
        lefts[row]: rights[column]
        for column, row in enumerate(row_of[: len(rights)])
        if row is not None and rights[column] in crowd[lefts[row]]
    }
    return sum(crowd[left][right] for left, right in chosen.items()), chosen


def _assign(costs: list[list[int]]) -> list[int | None]:
    """The row of each column at the least total cost; there are at least as many columns as rows."""
    rows, columns = len(costs), len(costs[0]) if costs else 0
    row_potential, column_potential = [0] * (rows + 1), [0] * (columns + 1)
    row_of = [0] * (columns + 1)  # from 1; 0 is free, and column 0 holds the row that looks for a place
    for row in range(1, rows + 1):
        row_of[0], column = row, 0
        least: list[float] = [float("inf")] * (columns + 1)
        before = [0] * (columns + 1)
        used = [False] * (columns + 1)
        while row_of[column]:
            used[column] = True
            at, delta, following = row_of[column], float("inf"), 0
            for other in range(1, columns + 1):
                if used[other]:
                    continue
                cost = costs[at - 1][other - 1] - row_potential[at] - column_potential[other]
                if cost < least[other]:
                    least[other], before[other] = cost, column
                if least[other] < delta:
                    delta, following = least[other], other
            step = int(delta)
            for other in range(columns + 1):
                if used[other]:
                    row_potential[row_of[other]] += step
                    column_potential[other] -= step
                else:
                    least[other] -= step
            column = following
        while column:
            row_of[column] = row_of[before[column]]
            column = before[column]
    return [row - 1 if row else None for row in row_of[1:]]
