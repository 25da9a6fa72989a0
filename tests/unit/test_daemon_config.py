"""A configuration is checked whole before anything starts, and its errors say what to write instead."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest

from daemon.api.exit_codes import ExitCode
from daemon.api.texts import Language
from daemon.api.wire import Role
from daemon.cli.template import Given, config_template
from daemon.config import Config, load_config, parse_config, role_of_uids
from daemon.errors import ConfigError

SECTIONS = {section.name: fields(get_type_hints(Config)[section.name]) for section in fields(Config)}
KEYS = {f"{section}.{item.name}" for section, items in SECTIONS.items() for item in items}


def refused(tmp_path: Path, text: str) -> ConfigError:
    file = tmp_path / "shopwarden.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.values["file"] == str(file)
    return caught.value


def test_no_file_gives_the_defaults() -> None:
    config = load_config(None)
    assert config == Config()
    assert config.adb.port != 5037


def test_the_template_names_every_key() -> None:
    """The page does, too: tests/meta/test_config_reference.py."""
    named, section = set(), ""
    for line in config_template("shop", Language.ZH, 'source = "passphrase"\n').splitlines():
        if header := re.match(r"\[(\w+)\]", line):
            section = header[1]
        elif key := re.match(r"(?:# )?(\w+) = ", line):
            named.add(f"{section}.{key[1]}")
    assert named == KEYS - {"key.path", "key.name"}  # as the store was made


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("[captur]\n", "captur", "capture"),
        ("[capture]\npoll_intervals = 3\n", "capture.poll_intervals", "capture.poll_interval_s"),
        ("[adb]\nbinray = 'x'\n", "adb.binray", "adb.binary"),
        ("[capture]\nlanguage = 'zh'\n", "capture.language", "store.language"),
        ("[notice]\n\"标题\" = 'x'\n", "notice.标题", None),
    ],
)
def test_unknown_keys_name_the_nearest_that_exists(tmp_path: Path, text: str, key: str, nearest: str | None) -> None:
    error = refused(tmp_path, text)
    assert error.code == "config.unknown_key"
    assert error.key == key
    assert nearest is None or error.nearest == nearest


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("[capture]\npoll_interval_s = 'often'\n", "capture.poll_interval_s", "float"),
        ("[capture]\npoll_interval_s = 0\n", "capture.poll_interval_s", ">= 0.5"),
        ("[capture]\npoll_interval_s = nan\n", "capture.poll_interval_s", "finite"),
        ("[capture]\nsweep_interval_s = inf\n", "capture.sweep_interval_s", "finite"),
        ("[adb]\nport = 70000\n", "adb.port", "65535"),
        ("[adb]\nport = 5037\n", "adb.port", "5037"),
        ("[adb]\nconnect = ['10.0.0.7']\n", "adb.connect", "host:port"),
        ("[adb]\nconnect = ['10.0.0.7:5555 host:kill']\n", "adb.connect", "host:port"),
        ("[key]\nsource = 'fil'\n", "key.source", "passphrase, file, credential"),
        ("[key]\nsource = 'file'\n", "key.path", "file"),
        ("[roles]\nowner = ['no-such-user-here']\n", "roles.owner", "no-such-user-here"),
        ("[roles]\nadmin = [-1]\n", "roles.admin", "uid"),
        ("capture = 3\n", "capture", "object"),
        ("[policy]\npacks = []\n", "policy.packs", "pack"),
        ("[exports]\nvalid_hours = 0.5\n", "exports.valid_hours", ">= 1"),
        ("[exports]\nvalid_hours = 169\n", "exports.valid_hours", "168"),
    ],
)
def test_wrong_values_say_what_is_right(tmp_path: Path, text: str, key: str, expected: str) -> None:
    error = refused(tmp_path, text)
    assert error.key == key
    assert expected in str(error.values)


@pytest.mark.parametrize("content", [b"[store\n", b"\xff\xfe", b"a = 1\x00", b"#" + b"x" * 300_000])
def test_what_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError):
        load_config(file)


def test_a_missing_file_that_was_named_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "gone.toml")
    assert caught.value.code == "config.unreadable"


def test_the_daemons_own_uid_is_owner_and_the_highest_role_wins(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[roles]\nreviewer = [2001, 2002, 1000]\nadmin = [2002, 'root']\n", encoding="utf-8")
    roles = role_of_uids(load_config(file), 1000, file)
    assert roles == {1000: Role.OWNER, 2001: Role.REVIEWER, 2002: Role.ADMIN, 0: Role.ADMIN}


def test_what_init_was_told_is_in_the_template() -> None:
    given = Given(timezone="Asia/Shanghai", notice_title='工作 "手机"', notice_text="一行告知内容。\n又一行告知。")
    config = parse_config(
        config_template("金店", Language.ZH, 'source = "passphrase"\n', given).encode(), Path("x.toml")
    )
    assert (config.store.name, config.store.timezone) == ("金店", "Asia/Shanghai")
    assert config.notice_for("zh") == ('工作 "手机"', "一行告知内容。\n又一行告知。")
    assert config.notice_for("en") == Config().notice_for("en")
