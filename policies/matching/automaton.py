"""Aho-Corasick over UTF-8 bytes read as Latin-1: on Chinese 9 times as fast as over characters (ADR-0005)."""

from collections.abc import Iterable, Iterator

import ahocorasick


class ByteAutomaton:
    """Finds every occurrence of every key; keys are whole strings of characters, never bytes of one."""

    def __init__(self, keys: Iterable[str]) -> None:
        """`keys` may repeat; empty keys are not allowed. Values of `find` are indices into the distinct keys."""
        self.keys: tuple[str, ...] = tuple(dict.fromkeys(keys))
        self._lengths = tuple(map(len, self.keys))
        self._machine = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        for number, key in enumerate(self.keys):
            if not key:
                raise ValueError("an empty key would match everywhere")
            self._machine.add_word(key.encode("utf-8", "surrogatepass").decode("latin-1"), number)
        if self.keys:
            self._machine.make_automaton()

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """(start, end, key number) in code points, by end; linear in the text and the number of hits."""
        if not self.keys:
            return
        lengths = self._lengths
        if text.isascii():
            for last, number in self._machine.iter(text):
                yield last + 1 - lengths[number], last + 1, number
            return
        data = text.encode("utf-8", "surrogatepass")
        done = 0
        end = 0
        for last, number in self._machine.iter(data.decode("latin-1")):
            if last >= done:
                end += len(data[done : last + 1].decode("utf-8", "surrogatepass"))
                done = last + 1
            yield end - lengths[number], end, number
