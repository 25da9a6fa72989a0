"""The collector of cycles is put off while a lexicon is made, and never left so."""

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from benchmarks.evasion_sets import lexicon_ruleset
from policies.collecting import without_collecting
from policies.engine import Engine
from policies.matching.entries import EntryError
from tests.evasion.corpora import retail_words


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_is_off_within_and_on_again() -> None:
    with without_collecting():
        assert not gc.isenabled()
        with without_collecting():
            assert not gc.isenabled()
        assert not gc.isenabled(), "who found it off leaves it off"
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off() -> None:
    gc.disable()
    with without_collecting():
        pass
    assert not gc.isenabled()


def test_an_engine_is_made_without_collections() -> None:
    ruleset = lexicon_ruleset(retail_words())
    Engine(ruleset)  # what is made once for the process is made
    started: list[str] = []
    gc.collect()
    gc.callbacks.append(lambda phase, _: started.append(phase))
    try:
        engine = Engine(ruleset)
        assert started.count("start") <= 1, "that which was put off"
    finally:
        gc.callbacks.pop()
    assert gc.isenabled()
    assert engine.hits("加我微信")


def test_it_is_on_again_after_an_engine_that_cannot_be_made() -> None:
    ruleset = replace(lexicon_ruleset(("加我微信",)), allow=("",))
    with pytest.raises(EntryError, match="nothing"):
        Engine(ruleset)
    assert gc.isenabled()
