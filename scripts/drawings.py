"""How alike characters are when they are drawn and by what they are put together from, for `build_shape_table`."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from math import log, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont  # type: ignore[import-not-found, unused-ignore]

FONTS = tuple(Path(f"/usr/share/fonts/opentype/noto/Noto{style}CJK-Regular.ttc") for style in ("Sans", "Serif"))
SIMPLIFIED = 2
"""The face of the collections."""
DRAWN, SEEN = 40, 16
"""Points a character is drawn in, and those left of it."""
BLUR = 2.2
EVEN = 0.6
"""How far what tells few characters apart is made to weigh as much as what tells many."""
TOGETHER = 0.5
"""What the parts weigh beside the drawing."""
DEPTH = 3
"""How often a part is taken apart."""
PLAIN_KINDS = "adsr"
"""First letters of the kinds that put parts beside, above or around each other."""
RANKS_USED, RANKS, RANKS_RARE = 14, 5, 3
"""How many of those most like it a character is near to: among the most used ones, others, rare ones."""
LEAST, LEAST_RARE = 0.38, 0.55

Rows = NDArray[np.float32]
Decompositions = Mapping[str, tuple[str, Sequence[str]]]


def drawings(chars: Sequence[str], path: Path) -> Rows:
    """Each character drawn and blurred, one a row."""
    font = ImageFont.truetype(str(path), DRAWN, index=SIMPLIFIED)
    rows = np.zeros((len(chars), SEEN * SEEN), np.float32)
    for row, char in zip(rows, chars, strict=True):
        image = Image.new("L", (DRAWN, DRAWN), 0)
        pen = ImageDraw.Draw(image)
        left, top, right, bottom = pen.textbbox((0, 0), char, font=font)
        pen.text(((DRAWN - right - left) / 2, (DRAWN - bottom - top) / 2), char, fill=255, font=font)
        seen = image.filter(ImageFilter.GaussianBlur(BLUR)).resize((SEEN, SEEN), Image.Resampling.BILINEAR)
        row[:] = np.asarray(seen).astype(np.float32).ravel()
    return rows


def _unit(rows: Rows) -> Rows:
    found: Rows = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)
    return found


def _evened(rows: Rows, known: int) -> Rows:
    """What all have in common taken away; measured on the first `known` rows."""
    rows = rows - rows[:known].mean(0)
    weights, axes = np.linalg.eigh(rows[:known].T @ rows[:known] / known)
    weights = np.maximum(weights, weights.max() * 1e-4)
    return _unit((rows @ axes) * weights ** (-EVEN / 2))


def _parts(chars: Sequence[str], known: int, decompositions: Decompositions) -> Rows:
    """What each character is put together from; what many have weighs little."""

    @cache
    def within(char: str, depth: int) -> Mapping[str, float]:
        found = defaultdict[str, float](float, {char: 1.0})
        kind, parts = decompositions.get(char, ("", ()))
        parts = [part for part in parts if part]
        if depth < DEPTH and len(parts) > 1 and kind[0] in PLAIN_KINDS:
            for part in parts:
                for inner, weight in within(part, depth + 1).items():
                    found[inner] += weight / len(parts)
        return found

    held = [within(char, 0) for char in chars]
    having = Counter(part for one in held[:known] for part in one)
    columns = {part: column for column, part in enumerate(sorted(part for part in having if having[part] > 1))}
    rows = np.zeros((len(chars), len(columns)), np.float32)
    for row, one in zip(rows, held, strict=True):
        for part, weight in one.items():
            if part in columns:
                row[columns[part]] = sqrt(weight) * log(known / having[part])
    return _unit(rows)


def near_pairs(
    used: Sequence[str], everyday: Sequence[str], rare: Sequence[str], decompositions: Decompositions
) -> list[tuple[float, str, str]]:
    """(likeness, one, other) of characters most alike, the most alike first; one of them is no rare one.

    `used`: the most used of all; `everyday`: others that people know.
    """
    chars, known = [*used, *everyday, *rare], len(used) + len(everyday)
    drawn = [_evened(drawings(chars, path), known) for path in FONTS]
    parts = _parts(chars, known, decompositions)
    found: defaultdict[tuple[str, str], float] = defaultdict(float)
    for start in range(0, len(chars), 2000):
        rows = slice(start, start + 2000)
        likeness = sum(one[rows] @ one[:known].T for one in drawn) / len(drawn) + TOGETHER * (
            parts[rows] @ parts[:known].T
        )
        for number, row in enumerate(likeness, start):
            for score, other in _nearest(row, number, len(used), known):
                one, two = sorted((chars[number], chars[other]))
                found[one, two] = max(found[one, two], score)
    return sorted(((score, one, other) for (one, other), score in found.items()), key=lambda item: (-item[0], item[1:]))


def _nearest(row: Rows, number: int, used: int, known: int) -> Iterator[tuple[float, int]]:
    """(likeness, column) of those the character of a row is near to."""
    match number:
        case _ if number < used:
            reached, ranks, least = known, RANKS_USED, LEAST
        case _ if number < known:
            reached, ranks, least = used, RANKS, LEAST
        case _:
            reached, ranks, least = used, RANKS_RARE, LEAST_RARE
    seen = row[:reached].copy()
    if number < reached:
        seen[number] = -1
    for column in np.argpartition(-seen, ranks)[:ranks].tolist():
        if seen[column] >= least:
            yield round(float(seen[column]), 4), column
