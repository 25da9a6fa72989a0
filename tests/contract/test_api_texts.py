"""Catalogs: every text in both languages, every code with its text, and no crash when one is missing."""

import re
import string
from pathlib import Path

import pytest

from adb_bridge.errors import BridgeErrorCode
from adb_bridge.evidence import Evidence
from adb_bridge.records import Availability, CapabilityName
from daemon.api.errors import UnreachableReason
from daemon.api.texts import (
    CATALOG,
    CatalogError,
    Language,
    Texts,
    load_texts,
    missing_translations,
    pick_language,
    read_catalogs,
)
from daemon.api.wire import CommandState

ROOT = Path(__file__).parents[2]
CATALOGS = [CATALOG, *sorted(path for path in (ROOT / "console").rglob("catalog") if path.is_dir())]


def test_every_text_exists_in_both_languages() -> None:
    assert missing_translations(*CATALOGS) == ()


def test_both_languages_take_the_same_values() -> None:
    for key, entry in read_catalogs(*CATALOGS).items():
        fields = {
            language: {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
            for language, text in entry.items()
        }
        assert len({frozenset(names) for names in fields.values()}) == 1, key


def test_no_text_steers_a_terminal() -> None:
    for key, entry in read_catalogs(*CATALOGS).items():
        assert not re.search(
            r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "".join(entry.values())
        ), key


def test_every_error_has_message_and_hint() -> None:
    texts = Texts("en")
    keys = [key for key in texts.keys() if not key.startswith("word.")]  # noqa: SIM118 - not a dict
    heads = {key.removesuffix(part) for key in keys for part in (".message", ".hint") if key.endswith(part)}
    for head in heads:
        assert texts.has(f"{head}.message") and texts.has(f"{head}.hint"), head
    for code in (*BridgeErrorCode, *(f"daemon.{reason}" for reason in UnreachableReason)):
        assert texts.has(f"error.{code}.message"), code


def codes_of(*errors: str) -> set[str]:
    pattern = re.compile(rf"(?:{'|'.join(errors)})\(\s*\"([a-z_]+\.[a-z_.]+)\"")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "daemon").rglob("*.py")]
    return {code for source in sources for code in pattern.findall(source)}


def test_every_code_that_the_api_refuses_with_has_its_text_in_the_shared_catalog() -> None:
    codes = codes_of("ServiceError", "_refused", "refused")
    assert "permission.denied" in codes
    texts = Texts("en")
    assert {code for code in codes if not texts.has(f"error.{code}.message")} == set()


def test_states_and_capabilities_have_names() -> None:
    texts = Texts("zh")
    assert all(texts.has(f"state.{state}") for state in CommandState)
    assert all(texts.has(f"capability.name.{name}") for name in CapabilityName)
    assert all(texts.has(f"capability.evidence.{evidence}") for evidence in Evidence)
    assert all(texts.has(f"capability.availability.{availability}") for availability in Availability)


def test_a_missing_text_is_its_key_at_run_time_and_an_error_when_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = Texts("zh", {"half": {"en": "only {what}"}})
    monkeypatch.delenv("SHOPWARDEN_STRICT_TEXTS", raising=False)
    assert texts.get("none.such") == "none.such"
    assert texts.get("half", what="English") == "only English"
    assert texts.get("half") == "only {what}"
    monkeypatch.setenv("SHOPWARDEN_STRICT_TEXTS", "1")
    with pytest.raises(KeyError):
        texts.get("none.such")
    with pytest.raises(KeyError):
        texts.get("half", what="x")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[a", "Expected"),
        ("[a]\nen = 'x'\nfr = 'y'", "a must hold en and zh only"),
        ("[a]\nen = 'x'\n[a.b]\nen = 'y'", "a must hold en and zh only"),
        ("[a]\nb = 3", "a.b is not a text"),
    ],
)
def test_a_broken_catalog_names_file_and_key(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "broken.toml").write_text(content)
    with pytest.raises(CatalogError, match=complaint) as caught:
        load_texts("en", tmp_path)
    assert "broken.toml" in str(caught.value)


def test_a_key_given_twice_is_refused_and_a_later_room_may_word_it_anew(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text("[k]\nen = 'x'\nzh = 'y'")
    with pytest.raises(CatalogError, match="twice"):
        load_texts("en", tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.toml").write_text("[error.device.not_found.message]\nen = 'other'\nzh = '其他'")
    assert load_texts("en", tmp_path / "own").get("error.device.not_found.message") == "other"


@pytest.mark.parametrize(
    ("explicit", "env", "expected"),
    [
        ("zh", {"SHOPWARDEN_LANG": "en"}, Language.ZH),
        (None, {"SHOPWARDEN_LANG": "zh-CN", "LC_ALL": "en_US.UTF-8"}, Language.ZH),
        (None, {"LC_ALL": "zh_CN.UTF-8", "LANG": "C"}, Language.ZH),
        (None, {"LC_ALL": "", "LANG": "zh_TW"}, Language.ZH),
        (None, {"LC_ALL": "C", "LANG": "zh_CN"}, Language.EN),
        (None, {"LANG": "de_DE"}, Language.EN),
        (None, {}, Language.EN),
    ],
)
def test_the_language_comes_from_the_nearest_wish(
    explicit: str | None, env: dict[str, str], expected: Language
) -> None:
    assert pick_language(explicit, env) is expected
