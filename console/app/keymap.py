"""Keys of a person's own: which actions there are, and whether two of them now want the same key."""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys

from .dialogs.dialog import Dialog
from .panes.filter_input import FilterInput
from .panes.registry import PANES
from .settings import SettingsProblem
from .widgets.live_list import LiveList

APP: Final = "app"
LIST: Final = "list"
MODIFIERS: Final = ("ctrl+", "alt+", "shift+")
_NAMED: Final = frozenset(key.value for key in Keys) | {"space"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One action of one place with its keys."""

    place: str
    """A pane, `list`, `app`, `filter` or `dialog`."""
    id: str
    keys: tuple[str, ...]


def bound_actions(app: type[App[int]]) -> tuple[Bound, ...]:
    """Every action of the console that a key can be given to."""
    places: list[tuple[str, type[DOMNode]]] = [(APP, app), (LIST, LiveList)]
    places += [(pane.NAME, pane) for pane in PANES]
    places += [("filter", FilterInput), ("dialog", Dialog)]
    return tuple(bound for place, kind in places for bound in _bound(place, kind))


def _bound(place: str, kind: type[DOMNode]) -> Iterator[Bound]:
    """What a class binds itself and by those that it comes from, as far as they are ours."""
    keys: dict[str, list[str]] = {}
    for base in inspect.getmro(kind):
        for binding in base.__dict__.get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.id is not None:
                keys.setdefault(binding.id, []).extend(_split(binding.key))
    for id, its in keys.items():
        yield Bound(place=place, id=id, keys=tuple(dict.fromkeys(its)))


def key_problems(chosen: Mapping[str, str], actions: Sequence[Bound]) -> tuple[SettingsProblem, ...]:
    """Keys for actions that do not exist, keys that no terminal sends, and keys that two actions of one place want."""
    problems: list[SettingsProblem] = []
    ids = {bound.id for bound in actions}
    for id, keys in chosen.items():
        if id not in ids:
            near = get_close_matches(id, ids, n=1, cutoff=0)
            problems.append(SettingsProblem(text_key="unknown_action", values={"name": id[:60], "near": near[0]}))
            continue
        if wrong := [key for key in _split(keys) if not _is_key(key)] or ([""] if not _split(keys) else []):
            problems.append(SettingsProblem(text_key="not_a_key", values={"name": id, "value": wrong[0][:30]}))
        elif not any(len(key) > 1 for key in _split(keys)):
            problems.append(SettingsProblem(text_key="letters_only", values={"name": id, "value": keys[:30]}))
    known = {id: keys for id, keys in chosen.items() if id in ids}
    for key, first, second in sorted(_clashes(known, actions)):
        problems.append(SettingsProblem(text_key="key_twice", values={"value": key, "first": first, "second": second}))
    return tuple(problems)


def usable_keymap(chosen: Mapping[str, str], problems: Iterable[SettingsProblem]) -> dict[str, str]:
    """What can be used of it: nothing for an action that does not exist, and no key that no terminal sends."""
    refused = {
        problem.values["name"] for problem in problems if problem.text_key in {"unknown_action", "not_a_key"}
    }  # fmt: skip
    return {id: ",".join(map(_long_name, _split(keys))) for id, keys in chosen.items() if id not in refused}


def _clashes(chosen: Mapping[str, str], actions: Sequence[Bound]) -> set[tuple[str, str, str]]:
    """What stands together on one screen: a pane with its list and the app. Clashes that are there without `chosen`
    are meant."""
    clashes: set[tuple[str, str, str]] = set()
    for place in {bound.place for bound in actions} - {APP, LIST}:
        together = [bound for bound in actions if bound.place in {place, APP, LIST}]
        for at, one in enumerate(together):
            for other in together[at + 1 :]:
                if one.id != other.id and (one.id in chosen or other.id in chosen):
                    before = set(one.keys) & set(other.keys)
                    clashes |= {
                        (key, *sorted((one.id, other.id)))  # type: ignore[misc]
                        for key in (_now(one, chosen) & _now(other, chosen)) - before
                    }
    return clashes


def _now(bound: Bound, chosen: Mapping[str, str]) -> set[str]:
    return {_long_name(key) for key in (_split(chosen[bound.id]) if bound.id in chosen else bound.keys)}


def _split(keys: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in keys.split(",") if key.strip())


def _is_key(key: str) -> bool:
    while key.startswith(MODIFIERS):
        key = key.partition("+")[2]
    return (len(key) == 1 and key.isprintable()) or key in _NAMED or _long_name(key) != key


def _long_name(key: str) -> str:
    """`question_mark` for `?`: as Textual names keys in bindings."""
    from textual.keys import _character_to_key

    lead, plus, last = key.rpartition("+")
    return f"{lead}{plus}{_character_to_key(last)}" if len(last) == 1 else key
