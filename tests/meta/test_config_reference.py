"""The reference of the configuration is what the types say, whole, in both languages."""

import json
from pathlib import Path

from daemon.config import parse_config
from daemon.config_reference import ANY_NAME, config_keys, json_schema, read_words
from scripts import config_reference


def test_every_key_is_told_in_both_languages_and_no_other_is() -> None:
    """A new key: a docstring under its field and a line in daemon/config_reference.toml."""
    keys = config_keys()
    assert [key.name for key in keys if not key.english] == []
    assert [key.name for key in keys if not key.chinese] == []
    assert set(read_words()) - {key.name for key in keys} == set()


def test_the_files_are_up_to_date() -> None:
    """Else: python -m scripts.generated."""
    assert [path.name for path, wanted in config_reference.files().items() if path.read_text("utf-8") != wanted] == []


def test_the_defaults_that_are_told_are_taken_as_they_stand() -> None:
    for key in config_keys():
        if key.default is not None and ANY_NAME not in key.name.split("."):
            section, _, name = key.name.rpartition(".")
            parse_config(f"[{section}]\n{name} = {key.default}\n".encode(), Path("shopwarden.toml"))


def test_the_schema_knows_ranges_and_refuses_nothing_that_is_taken() -> None:
    schema = json.loads(json_schema())
    port = schema["$defs"]["AdbSection"]["properties"]["port"]
    assert (port["minimum"], port["maximum"], port["default"]) == (0, 65535, 0)
