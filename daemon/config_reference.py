"""Every key of shopwarden.toml with its type, range, default and meaning, read from the types themselves.

What a key means in English is the docstring under its field; in Chinese it stands in `config_reference.toml`.
"""

import ast
import inspect
import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from .config_sections import Config

WORDS: Final = Path(__file__).with_name("config_reference.toml")
ANY_NAME: Final = "NAME"
"""Stands for a name of the shop's own in a key."""
_KINDS: Final = {str: "text", int: "whole number", float: "number", bool: "true or false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key."""

    name: str
    """With its sections: `adb.port`."""
    kind: str
    """Type and range in words of English."""
    default: str | None
    """As TOML writes it; None: there is none, or it has to be given."""
    is_required: bool
    english: str
    chinese: str


def config_keys() -> tuple[Key, ...]:
    """In the order of the sections."""
    return tuple(_keys_of(Config, "", read_words()))


def read_words() -> dict[str, dict[str, str]]:
    """By key and language."""
    return msgspec.convert(tomllib.loads(WORDS.read_text("utf-8")), dict[str, dict[str, str]])


def json_schema() -> bytes:
    """JSON Schema (2020-12) of the whole file."""
    schema = msgspec.json.schema(Config)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return msgspec.json.format(msgspec.json.encode(schema, order="deterministic"), indent=2) + b"\n"


def _keys_of(section: type, prefix: str, words: Mapping[str, Mapping[str, str]]) -> Iterator[Key]:
    hints = get_type_hints(section, include_extras=True)
    told = _told(section)
    for item in fields(section):
        name, hint = f"{prefix}{item.name}", hints[item.name]
        below = _section_below(hint)
        if below is not None and get_origin(hint) is dict:
            yield from _keys_of(below, f"{name}.{ANY_NAME}.", words)
        elif below is not None:
            yield from _keys_of(below, f"{name}.", words)
        else:
            yield Key(
                name=name,
                kind=_kind(hint),
                default=_default(item),
                is_required=item.default is MISSING and item.default_factory is MISSING,
                english=told.get(item.name, words.get(name, {}).get("en", "")),
                chinese=words.get(name, {}).get("zh", ""),
            )


def _section_below(hint: object) -> type | None:
    if get_origin(hint) is dict:
        hint = get_args(hint)[1]
    return hint if isinstance(hint, type) and is_dataclass(hint) else None


@lru_cache(maxsize=64)
def _told(section: type) -> dict[str, str]:
    """The docstring under each field, on one line."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = _unset(" ".join(text.split()))
            case _:
                continue
    return found


def _unset(text: str) -> str:
    """What the code calls None is a key that is not there."""
    return re.sub(
        r"\bNone: ",
        lambda found: "Unset: " if found.start() == 0 or text[found.start() - 2] == "." else "unset: ",
        text,
    )


def _kind(hint: object) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _kind(arguments[0]) + "".join(_range(one) for one in arguments[1:] if isinstance(one, Meta))
    if origin is Literal:
        return " or ".join(f'"{choice}"' for choice in arguments)
    if origin in (Union, UnionType):
        return " or ".join(_kind(one) for one in arguments if one is not NoneType)
    if origin is tuple:
        return f"list of {_kind(arguments[0])}"
    if origin is dict:
        return f"table: name to {_kind(arguments[1])}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return " or ".join(f'"{choice.value}"' for choice in hint)
    return _KINDS[hint] if isinstance(hint, type) and hint in _KINDS else str(hint)


def _range(meta: Meta) -> str:
    low, high = meta.ge if meta.ge is not None else meta.gt, meta.le if meta.le is not None else meta.lt
    if low is not None and high is not None:
        return f", {low:,} to {high:,}"
    if low is not None:
        return f", at least {low:,}"
    if high is not None:
        return f", at most {high:,}"
    if meta.max_length is not None:
        return f", at most {meta.max_length:,} characters"
    return ""


def _default(item: "Field[object]") -> str | None:
    if item.default is not MISSING:
        return _toml(item.default)
    return None if item.default_factory is MISSING else _toml(item.default_factory())


def _toml(content: object) -> str | None:
    match content:
        case None:
            return None
        case bool():
            return "true" if content else "false"
        case str():
            return msgspec.json.encode(str(content)).decode()
        case int() | float():
            return str(content)
        case tuple() | list():
            return "[" + ", ".join(_toml(one) or "" for one in content) + "]"
        case dict():
            return "{}" if not content else None
        case _:
            return str(content)
