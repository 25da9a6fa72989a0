"""Packs: what they extend, what is told of them, and that each is of use."""

from pathlib import Path

import pytest

from policies.check import check_dir
from policies.errors import RuleSyntaxError, RuleTestError
from policies.matching.entries import EntryError
from policies.packs import layers, load_engine, load_ruleset, loader, packaged
from policies.packs.loader import load_candidate, read_ruleset

RULE = """[[rule]]
id = "{id}"
title = {{ en = "t", zh = "题" }}
category = "c"
severity = "low"
words = ["{word}"]
"""


def pack(root: Path, name: str, *, word: str, extends: str = "", more: str = "") -> Path:
    folder = root / name
    folder.mkdir()
    head = f'[pack]\nname = "{name}"\nversion = "2"\ntitle = "{name}"\nextends = [{extends}]\n'
    (folder / "rules.toml").write_text(head + RULE.format(id=f"{name}.{word}", word=word) + more, "utf-8")
    return folder


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """base <- left, right <- top."""
    monkeypatch.setattr(layers, "PACKAGED", tmp_path)
    pack(tmp_path, "base", word="abc")
    pack(tmp_path, "left", word="def", extends='"base"')
    pack(tmp_path, "right", word="ghi", extends='"base"', more='advice = { en = "look", zh = "看" }\n')
    pack(tmp_path, "top", word="jkl", extends='"right", "left"')
    return tmp_path


def test_what_is_extended_comes_first_and_once(packs: Path) -> None:
    ruleset = load_ruleset(["top"])
    assert [rule.id for rule in ruleset.rules] == ["base.abc", "right.ghi", "left.def", "top.jkl"]
    assert ruleset.version.startswith("base@2,right@2,left@2,top@2+")
    more: list[list[Path | str]] = [["top", "base"], ["top", packs / "left", "top"]]
    for sources in more:
        assert load_ruleset(sources).version == ruleset.version
    assert load_ruleset(["left", "right"]).version.startswith("base@2,left@2,right@2+")
    assert load_ruleset(["base"]).sha256 != ruleset.sha256


def test_the_same_files_give_the_engine_that_is_in_use(packs: Path) -> None:
    held = load_engine(["top"])
    assert load_engine([str(packs / "top")]) is held
    assert load_engine(["left"]) is not held
    file = packs / "base" / "rules.toml"
    file.write_text(file.read_text("utf-8").replace('"abc"', '"abd"'), "utf-8")
    changed = load_engine(["top"])
    assert changed is not held and not held.hits("abd") and changed.hits("abd")
    file.rename(packs / "base" / "others.toml")
    assert {rule.file.name for rule in load_engine(["base"]).ruleset.rules} == {"others.toml"}


def test_a_pack_tells_of_itself(packs: Path) -> None:
    right = packaged("right")
    assert (right.name, right.extends, dict(right.title)) == ("right", ("base",), {"en": "right", "zh": "right"})
    assert [rule.id for rule in right.own_rules] == ["right.ghi"]
    assert [rule.id for rule in right.rules] == ["base.abc", "right.ghi"]
    assert dict(right.own_rules[0].advice) == {"en": "look", "zh": "看"}
    assert right.rules[0].advice == ()
    assert right.version == load_ruleset(["right"]).version


def test_a_shop_extends_a_pack(packs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    own = pack(tmp_path_factory.mktemp("shop"), "own", word="mno", extends='"left"')
    assert [rule.id for rule in load_ruleset([own]).rules] == ["base.abc", "left.def", "own.mno"]


@pytest.mark.parametrize(("extends", "nearest"), [("rigth", "right"), ("own", None)])
def test_only_packs_can_be_extended(
    packs: Path, tmp_path_factory: pytest.TempPathFactory, extends: str, nearest: str | None
) -> None:
    own = pack(tmp_path_factory.mktemp("shop"), "own", word="mno", extends=f'"{extends}"')
    with pytest.raises(RuleSyntaxError) as caught:
        read_ruleset([own])
    assert (caught.value.file, caught.value.key, caught.value.nearest) == (own / "rules.toml", "extends", nearest)


def test_a_pack_cannot_extend_itself(packs: Path) -> None:
    pack(packs, "one", word="one", extends='"two"')
    pack(packs, "two", word="two", extends='"base", "one"')
    for name in ("one", "two"):
        with pytest.raises(RuleSyntaxError, match="would extend itself") as caught:
            read_ruleset([name])
        assert caught.value.key == "extends"


def test_the_engine_that_ran_the_tests_is_given(packs: Path) -> None:
    engine = load_engine(["left"])
    assert engine.version == load_ruleset(["left"]).version
    assert [hit.rule_id for hit in engine.hits("abc def")] == ["base.abc", "left.def"]


def test_a_candidate_is_on_no_disk(packs: Path) -> None:
    head = '[pack]\nname = "own"\nversion = "3"\nextends = ["left"]\n'
    rule = RULE.format(id="own.mno", word="mno") + '[rule.tests]\nhit = ["mno"]\nmiss = ["no"]\n'
    engine = load_candidate(["right"], [("own.toml", (head + rule).encode())])
    assert [one.id for one in engine.ruleset.rules] == ["base.abc", "right.ghi", "left.def", "own.mno"]
    assert [hit.rule_id for hit in engine.hits("abc mno")] == ["base.abc", "own.mno"]
    with pytest.raises(RuleTestError):
        load_candidate([], [("own.toml", rule.replace('hit = ["mno"]', 'hit = ["other"]').encode())])
    with pytest.raises(RuleSyntaxError) as caught:
        load_candidate(["rigth"], [])
    assert caught.value.nearest == "right"
    with pytest.raises(RuleSyntaxError) as caught:
        load_candidate([], [("own.toml", head.replace("left", "lefd").encode())])
    assert (caught.value.key, caught.value.nearest) == ("extends", "left")


def test_a_word_that_cannot_be_searched_is_never_passed_over(packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = pack(packs, "bad", word="xyz")
    file = bad / "rules.toml"
    file.write_text(file.read_text("utf-8").replace('words = ["xyz"]', 'words = ["{nobody}"]'), "utf-8")
    with pytest.raises(RuleSyntaxError, match="nobody") as caught:
        load_engine([bad])
    assert (caught.value.file, caught.value.key) == (file, "words")
    monkeypatch.setattr(loader, "_refuse_bad_words", lambda ruleset, layers: None)
    with pytest.raises(EntryError, match="nobody"):
        load_engine([bad])


def test_one_word_in_two_circumstances_is_two_situations(packs: Path) -> None:
    near = 'near = {{ any = ["{context}"] }}\n'
    pack(packs, "one", word="same", more=near.format(context="here"))
    pack(packs, "two", word="same", more=near.format(context="there"))
    both = packs / "both"
    both.mkdir()
    for name in ("one", "two"):
        (packs / name / "rules.toml").rename(both / f"{name}.toml")
    assert "same_word" not in {finding.code for finding in check_dir(both).findings}
    two = both / "two.toml"
    two.write_text(two.read_text("utf-8").replace("there", "here"), "utf-8")
    assert "same_word" in {finding.code for finding in check_dir(both).findings}


def test_a_single_file_is_a_set(packs: Path) -> None:
    file = packs / "left" / "rules.toml"
    assert [rule.id for rule in load_ruleset([file]).rules] == ["base.abc", "left.def"]


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        ('near = { any = ["@email", "x", "{nobody}"] }', "near", "nobody"),
        ('near = { any = ["@contact.mobil"] }', "near", "no detector"),
        ('allow = ["{nobody}"]', "allow", "nobody"),
    ],
)
def test_words_that_cannot_be_searched(packs: Path, line: str, key: str, message: str) -> None:
    bad = pack(packs, "bad", word="xyz", more=line + "\n")
    for load in (load_ruleset, read_ruleset):
        with pytest.raises(RuleSyntaxError, match=message) as caught:
            load([bad])
        assert caught.value.key == key


def test_a_word_with_escapes_is_told_with_the_line_of_its_key(packs: Path) -> None:
    bad = pack(packs, "bad", word="xyz")
    file = bad / "rules.toml"
    file.write_text(file.read_text("utf-8").replace('"xyz"', '\n"abc",\n"\\u007bnobody}"'), "utf-8")
    with pytest.raises(RuleSyntaxError, match="nobody") as caught:
        load_ruleset([bad])
    assert caught.value.line is not None
    assert file.read_text("utf-8").splitlines()[caught.value.line - 1] == "words = ["


def test_an_allow_word_for_every_rule_is_checked_too(packs: Path) -> None:
    bad = pack(packs, "bad", word="xyz")
    file = bad / "rules.toml"
    file.write_text('allow = ["{nobody}"]\n' + file.read_text("utf-8"), "utf-8")
    with pytest.raises(RuleSyntaxError, match="nobody") as caught:
        load_ruleset([bad])
    assert (caught.value.file, caught.value.key) == (file, "allow")


def test_folders_that_are_no_sets(packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = packs / "empty"
    empty.mkdir()
    with pytest.raises(RuleSyntaxError, match="no \\*.toml files"):
        read_ruleset([empty])
    for name in ("one", "two"):
        (empty / f"{name}.toml").write_text("", "utf-8")
    monkeypatch.setattr(layers, "MAX_FILES", 1)
    with pytest.raises(RuleSyntaxError, match="more than 1 files"):
        read_ruleset([empty])


def test_files_that_cannot_be_read(packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (packs / "base" / "gone.toml").symlink_to(packs / "nowhere.toml")
    with pytest.raises(RuleSyntaxError, match="cannot be read"):
        read_ruleset(["base"])
    monkeypatch.setattr(layers, "MAX_FILE_BYTES", 10)
    with pytest.raises(RuleSyntaxError, match="larger than 10 bytes"):
        read_ruleset(["left"])


def test_a_folder_of_packs_is_these_packs(packs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    every = [rule.id for rule in load_ruleset([packs]).rules]
    assert every == [rule.id for rule in load_ruleset(["base", "left", "right", "top"]).rules]
    assert load_ruleset([packs]).sha256 == load_ruleset(["base", "left", "right", "top"]).sha256
    assert load_ruleset(["top", packs]).version == load_ruleset(["top"]).version
    own = tmp_path_factory.mktemp("own")
    copied = pack(own, "base", word="mno")
    more = pack(own, "more", word="pqr", extends='"base", "left"')
    (own / "loose.toml").write_text(RULE.format(id="loose", word="stu"), "utf-8")
    below = own / "below" / "deep"
    below.mkdir(parents=True)
    (below / "one.toml").write_text(RULE.format(id="below", word="vwx"), "utf-8")
    (own / ".git").mkdir()
    (own / ".git" / "old.toml").write_text(RULE.format(id="old", word="yza"), "utf-8")
    ruleset = load_ruleset([own])
    assert {rule.id for rule in ruleset.rules} == {"base.mno", "left.def", "more.pqr", "loose", "below"}
    assert ruleset.version.startswith(f"base@2,left@2,more@2,{own.name}@1+")
    tried = [
        (str(file.relative_to(own)), file.read_bytes())
        for file in sorted(own.rglob("*.toml"))
        if ".git" not in file.parts
    ]
    for named in ([], ["left"], ["base", "left"]):
        candidate = load_candidate(named, tried).ruleset
        assert {rule.id for rule in candidate.rules} == {rule.id for rule in ruleset.rules}
    nobody = (more / "rules.toml").read_text("utf-8").replace('"left"', '"bose"')
    (more / "rules.toml").write_text(nobody, "utf-8")
    with pytest.raises(RuleSyntaxError, match="no pack 'bose'") as caught:
        read_ruleset([own])
    assert caught.value.nearest == "base"
    for folder, other in ((copied, "more"), (more, "base")):
        rules = (folder / "rules.toml").read_text("utf-8")
        head, _, tail = rules.partition("extends = [")
        (folder / "rules.toml").write_text(f'{head}extends = ["{other}"{tail[tail.index("]") :]}', "utf-8")
    with pytest.raises(RuleSyntaxError, match="would extend itself"):
        read_ruleset([own])


def test_the_packs_that_ship_can_be_checked_together() -> None:
    together = read_ruleset([layers.PACKAGED])
    assert {rule.id for rule in together.rules} == {
        rule.id for name in layers.packaged_names() for rule in read_ruleset([name]).rules
    }
