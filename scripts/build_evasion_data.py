"""Builds `tests/evasion/unihan.txt`: readings by frequency and traditional forms, for the measure of evasions.

    apt-get download unicode-data && dpkg-deb -x unicode-data_*.deb /tmp/u
    python scripts/build_evasion_data.py --unihan /tmp/u/usr/share/unicode

The measure must not be made from the tables it measures, so this is Unihan (Unicode-3.0), not the dictionaries that
`policies/` is built from. Frequencies are kHanyuPinlu's. The result is committed.
"""

import argparse
import bz2
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "tests" / "evasion" / "unihan.txt"
TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
COMMON = 3500
STANDARD = 6500
Counted = list[tuple[int, str]]
COUNTED = re.compile(r"(\S+?)\((\d+)\)")
HEAD = """# By syllable and tone, most frequent first: common characters mainly read so | those also so | rarer ones
# mainly so. Then characters that have traditional forms and are none themselves, each before its first one.
# Built by scripts/build_evasion_data.py from Unihan (kHanyuPinlu, kMandarin, kTGH, kTraditionalVariant), as in
# the Debian package unicode-data {version}, licence Unicode-3.0.
"""


def rows(folder: Path, name: str) -> Iterator[tuple[str, str, str]]:
    """(character, field, value) of one Unihan file."""
    with bz2.open(folder / f"{name}.txt.bz2", "rt", encoding="utf-8") as file:
        for line in file:
            if line.startswith("U+"):
                point, field, value = line.rstrip("\n").split("\t")
                yield chr(int(point[2:], 16)), field, value


def numbered(syllable: str) -> str:
    """`jiā` to `jia1`, `lǜ` to `lv4`; no mark is the neutral tone, 5."""
    tone, letters = "5", ""
    for char in unicodedata.normalize("NFD", syllable):
        if char in TONES:
            tone = TONES[char]
        elif char == "\u0308":
            letters = letters[:-1] + "v"
        else:
            letters += char
    return letters + tone


def readings(folder: Path) -> dict[str, str]:
    """Syllable with tone to the three lists of the table's head."""
    counted: dict[str, list[tuple[str, int]]] = {}
    listed: dict[str, str] = {}
    for char, field, value in rows(folder, "Unihan_Readings"):
        if field == "kHanyuPinlu":
            counted[char] = [(numbered(found[1]), int(found[2])) for found in COUNTED.finditer(value)]
        elif field == "kMandarin":
            listed[char] = numbered(value.split()[0])
    places = {char: _place(value) for char, field, value in rows(folder, "Unihan_OtherMappings") if field == "kTGH"}
    lists: defaultdict[str, tuple[Counted, Counted, Counted]] = defaultdict(lambda: ([], [], []))
    for char, place in sorted(places.items()):
        known = counted.get(char) or [(listed[char], 0)]
        first = max(known, key=lambda pair: pair[1])
        is_common = first[1] > 0 or place <= COMMON
        for reading in known if place <= STANDARD else ():
            number = 1 if reading is not first else 0 if is_common else 2
            lists[reading[0]][number].append((-reading[1], char))
    return {
        syllable: "|".join("".join(char for _, char in sorted(chars)) for chars in lists[syllable])
        for syllable in sorted(lists)
    }


def _place(value: str) -> int:
    """Place in the national table of standard characters: 3,500 common ones, then 3,000 less so, then rare ones."""
    return int(value.split()[0].partition(":")[2])


def traditional(folder: Path) -> str:
    """Pairs, simplified then traditional, of characters that are no traditional form themselves."""
    pairs = []
    for char, field, value in rows(folder, "Unihan_Variants"):
        forms = [chr(int(form[2:], 16)) for form in value.split()] if field == "kTraditionalVariant" else []
        if forms and char not in forms and all(ord(c) < 0xFFFF for c in (char, forms[0])):
            pairs.append(char + forms[0])
    return "".join(sorted(pairs))


def main() -> int:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unihan", type=Path, required=True, help="folder with Unihan_*.txt.bz2")
    parser.add_argument("--version", default="15.0.0-1")
    options = parser.parse_args()
    pairs = traditional(options.unihan)
    lines = [HEAD.format(version=options.version), "[readings]\n"]
    lines += [f"{syllable} {chars}\n" for syllable, chars in readings(options.unihan).items()]
    lines += ["[traditional]\n", *(f"{pairs[at : at + 100]}\n" for at in range(0, len(pairs), 100))]
    TARGET.write_text("".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
