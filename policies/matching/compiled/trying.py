"""The first run, which makes the code or takes it from disk."""

from ..candidate import FoundIn
from ..entries import entries_of
from ..profile import MatchProfile


def try_out() -> bool:
    """Whether words are found as they have to be."""
    from ...contacts.gate import look
    from ..lexicon import Lexicon
    from .searching import search_through

    entries = [
        one
        for word in ("回扣", "加微信")
        for one in entries_of(word, rank=0, owner=0, profile=MatchProfile(), aliases={})
    ]
    texts = ("要回，扣，加力口wei信", "🐶")
    lexicon = Lexicon(entries)
    is_looked_at = look(texts).size == len(texts)
    found = FoundIn(list)
    search_through(lexicon.parts, texts, found)
    return is_looked_at and [one.entry.word for one in found[0]][:1] == ["回扣"]
