"""Builds `policies/folding/sound_table.txt`: which syllable each Han character is read as, without its tone.

    uv venv /tmp/v && uv pip install --python /tmp/v/bin/python pypinyin==0.55.0
    /tmp/v/bin/python scripts/build_sound_table.py

Source: pypinyin's character and phrase readings (MIT). The first reading of a character is its main one, unless no
phrase uses it and some use another; a second one is taken when phrases use it often or more than the first. The result
is committed; nothing of this runs on a shop's machine.
"""

import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from pypinyin import __version__ as version  # type: ignore[import-not-found, unused-ignore]
from pypinyin.phrases_dict import phrases_dict  # type: ignore[import-not-found, unused-ignore]
from pypinyin.pinyin_dict import pinyin_dict  # type: ignore[import-not-found, unused-ignore]

TARGET = Path(__file__).resolve().parent.parent / "policies" / "folding" / "sound_table.txt"
FIRST, LAST = 0x3400, 0x9FFF
NO_SYLLABLES = frozenset(("m", "n", "ng", "hm", "hng", "ei", "fiao", "rua", "chua", "eng"))
"""Interjections and the like that nobody spells a word with."""
SHARE = 0.04
"""A further reading is kept when so large a part of the phrases with the character use it, and at least `PHRASES`."""
PHRASES = 4
MOST = 3
MAIN = {"行": "xing", "呗": "bei", "嗯": "en", "唔": "wu", "哼": "heng"}
"""Where the first reading of the source is not the everyday one."""
ALSO = {"会": "kuai", "剥": "bao", "薄": "bo", "炸": "zha", "数": "shuo", "宿": "xiu", "吓": "he"}
"""Further readings that few phrases have but shop talk needs."""
NEVER = frozenset(
    (
        ("给", "ji"),
        ("血", "xie"),
        ("没", "mo"),
        ("的", "di"),
        ("贾", "gu"),
    )
)
"""Further readings of phrases that shop talk has not."""


def toneless(reading: str) -> str:
    """`lǜ` to `lv`, `xìn` to `xin`."""
    flat = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(char for char in flat if not unicodedata.combining(char))


def phrase_readings() -> dict[str, Counter[str]]:
    """How many phrases read a character so."""
    uses: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in phrases_dict.items():
        for char, reading in zip(phrase, readings, strict=False):
            uses[char][toneless(reading[0])] += 1
    return uses


def main_readings(uses: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Every character of the basic plane with its main syllable."""
    found: dict[str, str] = {}
    for point, readings in sorted(pinyin_dict.items()):
        if FIRST <= point <= LAST:
            usable = [s for s in map(toneless, readings.split(",")) if s not in NO_SYLLABLES and s.isascii()]
            if usable:
                found[chr(point)] = MAIN.get(chr(point), usable[0])
    syllables = set(found.values())
    for char, syllable in found.items():
        used = uses.get(char, Counter())
        if char not in MAIN and used and not used[syllable] and used.most_common(1)[0][0] in syllables:
            found[char] = used.most_common(1)[0][0]
    return found


def further_readings(main: dict[str, str], uses: Mapping[str, Counter[str]]) -> dict[str, list[str]]:
    """Second and third syllables of characters that phrases read so."""
    syllables = set(main.values())
    found: dict[str, list[str]] = {}
    for char, counts in uses.items():
        if char not in main:
            continue
        enough = max(PHRASES, SHARE * counts.total())
        first = counts.most_common(1)[0][0]
        others = [
            s for s, n in counts.most_common() if s != main[char] and (n >= enough or s == first) and s in syllables
        ]
        if others:
            found[char] = others[: MOST - 1]
    for char, syllable in NEVER:
        others = [other for other in found.pop(char, []) if other != syllable]
        if others:
            found[char] = others
    for char, syllable in ALSO.items():
        if syllable not in (main[char], *found.get(char, ())):
            found[char] = [*found.get(char, ()), syllable]
    return found


def main() -> int:
    """Write the table and print its size."""
    uses = phrase_readings()
    readings = main_readings(uses)
    further = further_readings(readings, uses)
    by_syllable: defaultdict[str, list[str]] = defaultdict(list)
    for char, syllable in sorted(readings.items()):
        by_syllable[syllable].append(char)
    header = (
        "# Syllable without tone (v for u with two dots), then the characters whose main reading it is; after the\n"
        "# line of dashes: a character and its further readings. Built by scripts/build_sound_table.py.\n"
        f"# Source: pypinyin {version}, pinyin_dict and phrases_dict, (c) mozillazg and contributors, MIT.\n"
    )
    lines = [f"{syllable} {''.join(chars)}\n" for syllable, chars in sorted(by_syllable.items())]
    lines.append("---\n")
    lines += [f"{char} {' '.join(others)}\n" for char, others in sorted(further.items())]
    TARGET.write_text(header + "".join(lines), "utf-8")
    print(f"{len(by_syllable)} syllables, {len(readings)} characters, {len(further)} with further readings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
