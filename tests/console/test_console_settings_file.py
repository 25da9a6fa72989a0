"""The file of settings: what is read, what is told, what is written; and keys of a person's own."""

from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.app.app import CATALOG, ShopwardenApp
from console.app.keymap import bound_actions, key_problems, usable_keymap
from console.app.settings import LookChange, Mouse, QuietHours, Settings, Symbols
from console.app.settings_file import SettingsKeeper, read_settings, settings_path, settings_text, write_settings
from console.cli.console_options import console_start
from console.main import main
from daemon.api.texts import Language, load_texts

WORD = st.text(max_size=30)
SETTINGS = st.builds(
    Settings,
    theme=st.sampled_from(("dark", "light", "contrast", "ansi")),
    language=st.sampled_from((None, "en", "zh")),
    symbols=st.sampled_from(Symbols),
    mouse=st.sampled_from(Mouse),
    bell=st.none() | st.just(QuietHours(starts_at=time(22), ends_at=time(8, 30))),
    keys=st.dictionaries(WORD, WORD, max_size=3),
    sort=st.dictionaries(WORD, WORD, max_size=3),
    filters=st.dictionaries(WORD, st.dictionaries(WORD, WORD, min_size=1, max_size=3), max_size=3),
    columns=st.dictionaries(WORD, st.lists(WORD, max_size=3).map(tuple), max_size=3),
)


@given(SETTINGS)
def test_what_is_written_is_read_again(settings: Settings) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "deep" / "console.toml"
        assert write_settings(path, settings)
        assert read_settings(path) == (settings, ())
        assert path.stat().st_mode & 0o777 == 0o600
        assert [found.name for found in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("language", Language)
def test_each_wrong_line_is_told_and_the_rest_counts(language: Language, tmp_path: Path) -> None:
    path = tmp_path / "console.toml"
    path.write_text(
        'theme = "blue"\nmouse = "off"\ncolour = 1\nsort = 3\n[bell]\nquiet_from = "25:00"\nquiet_to = "08:00"\n'
        '[keys]\n"app.help" = 5\n[columns]\ndevices = "name"\n[filters.alerts]\ngrave = "sev:>=high"\n'
    )
    settings, problems = read_settings(path)
    assert (settings.mouse, settings.theme, settings.bell) == (Mouse.OFF, "dark", None)
    assert settings.filters == {"alerts": {"grave": "sev:>=high"}}
    told = {problem.text_key for problem in problems}
    assert told == {"not_a_choice", "unknown_key", "not_a_table", "not_a_time", "not_a_text", "not_a_list"}
    texts = load_texts(language, CATALOG)
    for problem in problems:
        assert "{" not in texts.get(f"app.settings.{problem.text_key}", **problem.values)
    kept = path.read_text()
    assert not SettingsKeeper(path, settings, problems).keep(LookChange(theme="light"))
    assert path.read_text() == kept, "what a person wrote is not written over"


def test_a_broken_file_and_none_start_the_console_all_the_same(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.toml") == (Settings(), ())
    for content in (b"theme = ", b"\xff\xfe"):
        (tmp_path / "bad.toml").write_bytes(content)
        settings, problems = read_settings(tmp_path / "bad.toml")
        assert settings == Settings() and len(problems) == 1
    assert read_settings(tmp_path)[1][0].text_key == "unreadable"
    (tmp_path / "file").write_text("")
    assert not write_settings(tmp_path / "file" / "console.toml", Settings())


def test_the_command_line_counts_before_the_environment_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(settings_text(Settings(theme="light", language="zh")))
    env = {"SHOPWARDEN_CONSOLE_CONFIG": str(path), "LANG": "en_GB.UTF-8"}
    start = console_start({}, env)
    assert (start.settings.theme, start.language, start.settings.symbols) == ("light", "zh", Symbols.UNICODE)
    start = console_start({}, {**env, "SHOPWARDEN_THEME": "contrast", "SHOPWARDEN_LANG": "en", "LC_ALL": "C"})
    assert (start.settings.theme, start.language, start.settings.symbols) == ("contrast", "en", Symbols.ASCII)
    start = console_start({"theme": "ansi", "lang": "zh", "no_mouse": True}, {**env, "SHOPWARDEN_THEME": "contrast"})
    assert (start.settings.theme, start.language, start.settings.mouse) == ("ansi", "zh", Mouse.OFF)
    assert start.kept.theme == "light", "a wish for one start is not kept"
    assert settings_path({"HOME": "/home/li"}) == Path("/home/li/.config/shopwarden/console.toml")
    assert settings_path({"XDG_CONFIG_HOME": "/x"}) == Path("/x/shopwarden/console.toml")


def test_quiet_hours_go_over_midnight() -> None:
    night = QuietHours(starts_at=time(22), ends_at=time(8))
    assert night.holds(time(23)) and night.holds(time(7, 59)) and not night.holds(time(8))
    noon = QuietHours(starts_at=time(12), ends_at=time(14))
    assert noon.holds(time(13)) and not noon.holds(time(14))


@pytest.mark.parametrize(("chosen", "told"), [
    ({"alerts.acknowledge": "ctrl+k,f7"}, []),
    ({"alerts.acknowledge": "k,f7"}, [("key_twice", "k")]),
    ({"alerts.acknowledge": "r,ctrl+e"}, [("key_twice", "r")]),
    ({"alerts.acknowledge": "x,f7", "alerts.resolve": "B,f8"}, []),
    ({"alerts.acknowledge": "ctrl+k", "alerts.resolve": "ctrl+k"}, [("key_twice", "ctrl+k")]),
    ({"alerts.acknowledge": "ctrl+k", "devices.lock": "ctrl+k"}, []),
    ({"alerts.acknowlege": "k"}, [("unknown_action", None)]),
    ({"alerts.acknowledge": "hyper"}, [("not_a_key", "hyper")]),
    ({"alerts.acknowledge": " "}, [("not_a_key", "")]),
    ({"alerts.acknowledge": "Q"}, [("letters_only", "Q")]),
    ({"app.help": "?"}, [("letters_only", "?")]),
])  # fmt: skip
def test_keys_that_cannot_be_are_told(chosen: dict[str, str], told: list[tuple[str, str | None]]) -> None:
    problems = key_problems(chosen, bound_actions(ShopwardenApp))
    assert [(problem.text_key, problem.values.get("value")) for problem in problems] == told
    usable = usable_keymap(chosen, problems)
    assert set(usable) == {id for id in chosen if not {key for key, _ in told} & {"unknown_action", "not_a_key"}}


def test_check_config_tells_all_and_ends_with_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.toml"
    monkeypatch.setenv("SHOPWARDEN_CONSOLE_CONFIG", str(path))
    assert main(["--lang", "en", "--check-config"]) == 0
    path.write_text('thema = "dark"\n[keys]\n"alerts.acknowledge" = "k,f7"\n')
    assert main(["--lang", "zh", "--check-config"]) == 2
    told = capsys.readouterr().err
    assert "是不是“theme”" in told and "“alerts.acknowledge”和“list.up”" in told and str(path) in told
