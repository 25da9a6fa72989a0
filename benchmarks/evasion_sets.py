"""The rule sets that evasions are tried on, through rule files as a shop would write them."""

import json
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from policies.engine import Engine
from policies.errors import RuleConflictError
from policies.model import SubjectKind
from policies.packs import packaged_names
from policies.packs.loader import read_ruleset
from policies.rules.spec import RuleSet
from tests.evasion.carriers import carried

WORDS_PER_RULE = 500
BASE_PACK = ("retail-zh",)


def lexicon_engine(words: Sequence[str], *, reads_backwards: Literal["true", "false"] = "false") -> Engine:
    """One rule for each 500 words, every view on, hits as long as can be."""
    return Engine(lexicon_ruleset(words, reads_backwards=reads_backwards))


def lexicon_ruleset(words: Sequence[str], *, reads_backwards: Literal["true", "false"] = "false") -> RuleSet:
    """The rules of `lexicon_engine`, through a file."""
    views = f"homophone = 'auto', pinyin = true, lookalike = true, split = true, reversed = {reads_backwards}"
    with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
        file = Path(name) / "lexicon.toml"
        rules = [
            _rule(number, words[at : at + WORDS_PER_RULE], views)
            for number, at in enumerate(range(0, len(words), WORDS_PER_RULE))
        ]
        file.write_text("".join(rules), encoding="utf-8")
        return read_ruleset([file])


def _rule(number: int, words: Sequence[str], views: str) -> str:
    return (
        f'[[rule]]\nid = "words.{number}"\ntitle = "words"\ncategory = "words"\nseverity = "low"\n'
        f"words = {json.dumps(list(words), ensure_ascii=False)}\n"
        f"match = {{ overlap = 'leftmost_longest', {views} }}\n"
    )


def packaged_engine() -> Engine:
    """All packaged rules together, as they are: whether their own samples hold is another test."""
    try:
        return Engine(read_ruleset(packaged_names()))
    except RuleConflictError:
        return Engine(read_ruleset(BASE_PACK))


def pack_words(engine: Engine) -> tuple[str, ...]:
    """Words of rules about messages that are found when a sentence has them plainly: what disguises can hide."""
    chance = random.Random(0)
    found: dict[str, None] = {}
    for rule in engine.ruleset.rules:
        if SubjectKind.MESSAGE not in rule.kinds:
            continue
        for word in rule.words:
            if "{" in word or word.startswith("@") or len(word) < 2 or word.isascii():
                continue
            text, start, end = carried(word, chance)
            if any((hit.start, hit.end) == (start, end) for hit in engine.hits(text)):
                found[word] = None
    return tuple(found)
