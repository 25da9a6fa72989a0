"""Ways people write a word past a filter, each from a word to one disguised form.

An operator gives `None` where it does not apply. The same word, operator and seed always give the same form.
"""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from .tables import carriers, lookalikes, readings, splits, syllables, tones, traditional

Operator = Callable[[str, random.Random], str | None]

_OTHER_READINGS = {"行贿": {"行": "xing"}}
_SYMBOLS = "*.-_/~+#|^=&%$"
_CJK_MARKS = "、。，·…—～「」【】《》；：！"
_EMOJI = ("😊", "❤️", "🌹", "👉", "💰", "🐎", "✨", "👍🏻", "🔥", "🙏", "⭐️", "👩‍👧")
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e"
_COMBINING = "\u0301\u0308\u0336\u0332\u20e0\u0489"
_TONE_MARKS = {"a": "āáǎà", "o": "ōóǒò", "e": "ēéěè", "i": "īíǐì", "u": "ūúǔù", "ü": "ǖǘǚǜ"}
_SPACES = "\u0020\u00a0\u2003\u0009"


class Family(StrEnum):
    MECHANICAL = "mechanical"
    HOMOPHONE = "homophone"
    PINYIN = "pinyin"
    SOUTHERN = "southern"
    LOOKALIKE = "lookalike"
    SPLIT = "split"
    MIXED = "mixed"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disguise:
    operator: str
    family: Family
    word: str
    text: str
    start: int
    end: int


def _joined(word: str, fillers: list[str]) -> str:
    return "".join(c + (fillers[i] if i < len(word) - 1 else "") for i, c in enumerate(word))


def _between_one(choices: str | tuple[str, ...]) -> Operator:
    def write(word: str, draw: random.Random) -> str | None:
        at = draw.randrange(len(word) - 1)
        filler = draw.choice(choices)
        return _joined(word, [filler if i == at else "" for i in range(len(word) - 1)])

    return write


def _between_all(choices: str | tuple[str, ...]) -> Operator:
    def write(word: str, draw: random.Random) -> str | None:
        return _joined(word, [draw.choice(choices)] * (len(word) - 1))

    return write


def _between_any(choices: str | tuple[str, ...]) -> Operator:
    def write(word: str, draw: random.Random) -> str | None:
        return _joined(word, [draw.choice(choices) for _ in range(len(word) - 1)])

    return write


def _changed(word: str, written: str) -> str | None:
    return written if written != word else None


def _traditional(word: str, _draw: random.Random) -> str | None:
    return _changed(word, "".join(traditional().get(c, c) for c in word))


def _full_width(word: str, _draw: random.Random) -> str | None:
    return _changed(word, "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word))


def _case(word: str, _draw: random.Random) -> str | None:
    return _changed(word, word.swapcase())


def _combining(word: str, draw: random.Random) -> str | None:
    mark = draw.choice(_COMBINING)
    return "".join(c + mark for c in word)


def _repeat_one(word: str, draw: random.Random) -> str | None:
    at = draw.randrange(len(word))
    return word[:at] + word[at] * draw.choice((2, 3)) + word[at + 1 :]


def _repeat_all(word: str, draw: random.Random) -> str | None:
    return "".join(c * draw.choice((2, 3)) for c in word)


def _sound_of(word: str, character: str) -> str | None:
    return _OTHER_READINGS.get(word, {}).get(character) or readings().get(character)


def _same_sound(word: str, character: str, draw: random.Random) -> str | None:
    sound = _sound_of(word, character)
    others = [c for c in syllables().get(sound or "", "") if c != character]
    return draw.choice(others) if others else None


def _spelt(word: str, character: str) -> str | None:
    return _sound_of(word, character)


_Swap = Callable[[str, str, random.Random], str | None]


def _swap_one(swap: _Swap) -> Operator:
    def write(word: str, draw: random.Random) -> str | None:
        for at in draw.sample(range(len(word)), len(word)):
            other = swap(word, word[at], draw)
            if other is not None:
                return word[:at] + other + word[at + 1 :]
        return None

    return write


def _swap_all(swap: _Swap, least: int = 2) -> Operator:
    def write(word: str, draw: random.Random) -> str | None:
        others = [swap(word, c, draw) for c in word]
        if sum(other is not None for other in others) < least:
            return None
        return "".join(other or c for other, c in zip(others, word, strict=True))

    return write


def _letters(word: str, _c: str, _draw: random.Random) -> str | None:
    return _spelt(word, _c)


def _letters_with_tone(word: str, character: str, _draw: random.Random) -> str | None:
    sound, tone = _spelt(word, character), tones().get(character)
    return f"{sound}{tone}" if sound and tone else None


def _spelt_all(*, separator: str, capital: bool) -> Operator:
    def write(word: str, _draw: random.Random) -> str | None:
        sounds = [_spelt(word, c) for c in word]
        if None in sounds:
            return None
        known = [sound for sound in sounds if sound is not None]
        return separator.join(sound.capitalize() if capital else sound for sound in known)

    return write


def _marked(sound: str, tone: str) -> str:
    """A syllable with its tone's mark on the vowel that takes it."""
    for vowel in ("a", "o", "e"):
        if vowel in sound:
            return sound.replace(vowel, _TONE_MARKS[vowel][int(tone) - 1], 1)
    last = max(sound.rfind("i"), sound.rfind("u"), sound.rfind("ü"))
    return sound[:last] + _TONE_MARKS[sound[last]][int(tone) - 1] + sound[last + 1 :]


def _letters_with_mark(word: str, character: str, _draw: random.Random) -> str | None:
    sound, tone = _spelt(word, character), tones().get(character, "5")
    return None if sound is None else sound if tone == "5" else _marked(sound, tone)


def _full_letters(word: str, draw: random.Random) -> str | None:
    spelt = _spelt_all(separator="", capital=False)(word, draw)
    return None if spelt is None else "".join(chr(ord(c) + 0xFEE0) if c <= "z" else c for c in spelt)


def _circled_letters(word: str, draw: random.Random) -> str | None:
    spelt = _spelt_all(separator="", capital=False)(word, draw)
    return None if spelt is None else "".join(chr(ord(c) - ord("a") + ord("ⓐ")) if c <= "z" else c for c in spelt)


def _letter_by_letter(word: str, draw: random.Random) -> str | None:
    spelt = _spelt_all(separator="", capital=False)(word, draw)
    return None if spelt is None else " ".join(spelt)


def _nearly_same_sound(word: str, character: str, draw: random.Random) -> str | None:
    """A character of the sound as the south says it: zh z, ch c, sh s, n l, -ng -n."""
    sound = _sound_of(word, character) or ""
    others = [
        other
        for name, characters in syllables().items()
        if name != sound and _southern(name) == _southern(sound)
        for other in characters
    ]
    return draw.choice(others) if others else None


def _southern(sound: str) -> str:
    for careful, easy in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        sound = sound.replace(careful, easy)
    sound = sound.removesuffix("g") if sound.endswith(("ang", "eng", "ing")) else sound
    return "l" + sound[1:] if sound.startswith("n") else sound


def _drawn_alike(_word: str, character: str, draw: random.Random) -> str | None:
    others = lookalikes().get(character)
    return draw.choice(others) if others else None


def _in_parts(_word: str, character: str, _draw: random.Random) -> str | None:
    return splits().get(character)


def _reversed(word: str, _draw: random.Random) -> str | None:
    return _changed(word, word[::-1])


def _with_filler(swap: _Swap, fillers: str | tuple[str, ...]) -> Operator:
    """One character swapped, then a filler at one place: two disguises at once."""

    def write(word: str, draw: random.Random) -> str | None:
        pieces = list(word)
        for at in draw.sample(range(len(word)), len(word)):
            other = swap(word, word[at], draw)
            if other is not None:
                pieces[at] = other
                break
        else:
            return None
        at = draw.randrange(len(pieces) - 1)
        pieces[at] += draw.choice(fillers)
        return "".join(pieces)

    return write


def _two_swaps(first: _Swap, second: _Swap) -> Operator:
    """Two different characters swapped, each in its own way."""

    def write(word: str, draw: random.Random) -> str | None:
        places = draw.sample(range(len(word)), len(word))
        for one in places:
            other_one = first(word, word[one], draw)
            for two in places:
                if other_one is None or one == two:
                    continue
                other_two = second(word, word[two], draw)
                if other_two is not None:
                    swapped = {one: other_one, two: other_two}
                    return "".join(swapped.get(at, c) for at, c in enumerate(word))
        return None

    return write


def _traditional_filler(word: str, draw: random.Random) -> str | None:
    written = _traditional(word, draw)
    return None if written is None else _between_one((" ", *_EMOJI))(written, draw)


OPERATORS: dict[str, tuple[Family, Operator]] = {
    "traditional": (Family.MECHANICAL, _traditional),
    "full_width": (Family.MECHANICAL, _full_width),
    "case": (Family.MECHANICAL, _case),
    "space_one": (Family.MECHANICAL, _between_one(_SPACES)),
    "space_all": (Family.MECHANICAL, _between_all(" ")),
    "space_ideographic": (Family.MECHANICAL, _between_all("\u3000")),
    "symbol_one": (Family.MECHANICAL, _between_one(_SYMBOLS)),
    "symbol_all": (Family.MECHANICAL, _between_all(_SYMBOLS)),
    "symbol_any": (Family.MECHANICAL, _between_any(_SYMBOLS)),
    "cjk_mark_one": (Family.MECHANICAL, _between_one(_CJK_MARKS)),
    "cjk_mark_all": (Family.MECHANICAL, _between_all(_CJK_MARKS)),
    "line_break_all": (Family.MECHANICAL, _between_all("\n")),
    "emoji_one": (Family.MECHANICAL, _between_one(_EMOJI)),
    "emoji_all": (Family.MECHANICAL, _between_all(_EMOJI)),
    "zero_width": (Family.MECHANICAL, _between_any(_ZERO_WIDTH)),
    "combining": (Family.MECHANICAL, _combining),
    "repeat_one": (Family.MECHANICAL, _repeat_one),
    "repeat_all": (Family.MECHANICAL, _repeat_all),
    "homophone_one": (Family.HOMOPHONE, _swap_one(_same_sound)),
    "homophone_all": (Family.HOMOPHONE, _swap_all(_same_sound)),
    "homophone_southern": (Family.SOUTHERN, _swap_one(_nearly_same_sound)),
    "pinyin_one": (Family.PINYIN, _swap_one(_letters)),
    "pinyin_all": (Family.PINYIN, _spelt_all(separator="", capital=False)),
    "pinyin_spaced": (Family.PINYIN, _spelt_all(separator=" ", capital=False)),
    "pinyin_tone_digits": (Family.PINYIN, _swap_all(_letters_with_tone)),
    "pinyin_capitals": (Family.PINYIN, _spelt_all(separator="", capital=True)),
    "pinyin_tone_marks": (Family.PINYIN, _swap_all(_letters_with_mark)),
    "pinyin_full_width": (Family.PINYIN, _full_letters),
    "pinyin_circled": (Family.PINYIN, _circled_letters),
    "pinyin_letter_by_letter": (Family.PINYIN, _letter_by_letter),
    "lookalike_one": (Family.LOOKALIKE, _swap_one(_drawn_alike)),
    "lookalike_all": (Family.LOOKALIKE, _swap_all(_drawn_alike)),
    "split_one": (Family.SPLIT, _swap_one(_in_parts)),
    "split_all": (Family.SPLIT, _swap_all(_in_parts)),
    "traditional_filler": (Family.MIXED, _traditional_filler),
    "homophone_filler": (Family.MIXED, _with_filler(_same_sound, " .*-❤")),
    "pinyin_filler": (Family.MIXED, _with_filler(_letters, " .*-❤")),
    "lookalike_filler": (Family.MIXED, _with_filler(_drawn_alike, " .*-❤")),
    "split_filler": (Family.MIXED, _with_filler(_in_parts, " .*-❤")),
    "homophone_pinyin": (Family.MIXED, _two_swaps(_same_sound, _letters)),
    "homophone_lookalike": (Family.MIXED, _two_swaps(_same_sound, _drawn_alike)),
    "pinyin_split": (Family.MIXED, _two_swaps(_letters, _in_parts)),
    "reversed": (Family.REVERSED, _reversed),
}


def disguise(operator: str, word: str, seed: int = 0) -> Disguise | None:
    """The word disguised by one operator within a sentence, with the span of the disguise."""
    key = hashlib.sha256(f"{operator}/{word}/{seed}".encode()).digest()
    draw = random.Random(key)
    family, write = OPERATORS[operator]
    written = write(word, draw)
    if written is None:
        return None
    before, after = draw.choice(carriers()).split("{}")
    return Disguise(
        operator=operator,
        family=family,
        word=word,
        text=before + written + after,
        start=len(before),
        end=len(before) + len(written),
    )
