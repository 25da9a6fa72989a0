"""`shopwardend config-reference`: every key of the configuration, from the types that read it."""

from argparse import Namespace
from collections.abc import Iterator
from itertools import groupby

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Language, Texts
from ..config_reference import Key, config_keys, json_schema
from .narration import emit, emit_text


class KeyLine(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    key: str
    type: str
    default: str | None
    """As TOML writes it."""
    required: bool
    en: str
    zh: str


class KeyList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    schema: int = 1
    items: tuple[KeyLine, ...]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Markdown, or JSON with `--json`, or the JSON Schema."""
    if options.schema:
        emit_text(json_schema().decode().rstrip("\n"))
    elif options.json or options.jsonl:
        lines = tuple(_line(key) for key in config_keys())
        if options.json:
            emit(KeyList(items=lines))
        else:
            for line in lines:
                emit(line)
    else:
        emit_text("\n".join(markdown(config_keys(), (texts.language,))))
    return ExitCode.OK


def markdown(keys: tuple[Key, ...], languages: tuple[Language, ...]) -> Iterator[str]:
    """A table for each section; `languages` in the order of its columns."""
    titles = {Language.EN: "what", Language.ZH: "说明"}
    for section, of_section in groupby(keys, lambda key: key.name.split(".")[0]):
        yield f"## [{section}]"
        yield ""
        yield f"| key | type | default | {' | '.join(titles[one] for one in languages)} |"
        yield "|---|---|---|" + "---|" * len(languages)
        for key in of_section:
            default = "required" if key.is_required else "–" if key.default is None else f"`{_cell(key.default)}`"
            told = {Language.EN: key.english, Language.ZH: key.chinese}
            words = " | ".join(_cell(told[one]) for one in languages)
            yield f"| `{key.name}` | {_cell(key.kind)} | {default} | {words} |"
        yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _line(key: Key) -> KeyLine:
    return KeyLine(
        key=key.name, type=key.kind, default=key.default, required=key.is_required, en=key.english, zh=key.chinese
    )
