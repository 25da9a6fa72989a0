"""What is in a bundle: readable without us, harmless whatever a phone wrote, whole or not there."""

import ast
import csv
import hashlib
import html.parser
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.bundles.errors import BundleChangedError
from daemon.bundles.parts import Disclosure
from daemon.bundles.static_files import checker
from daemon.bundles.verification import BundleProblem, verify_bundle
from tests.bundle_kit import HOSTILE, MemorySource, masked, order_of, record_of, source_of, write_to

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(3_000)


@pytest.fixture
def source() -> MemorySource:
    records = [
        record_of(3),
        record_of(4, body=HOSTILE, peer=HOSTILE, file=PICTURE),
        record_of(9, body="=1+1"),
        record_of(20, peer="李四"),
    ]
    return source_of(records, 37, {hashlib.sha256(PICTURE).hexdigest(): PICTURE})


class _Tags(html.parser.HTMLParser):
    """Every tag with its attributes, and everything that names a resource."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.events: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action"}]
        self.events += [name for name, _ in attrs if name.startswith("on")]


def test_every_page_is_harmless_and_carries_the_watermark(source: MemorySource, tmp_path: Path) -> None:
    write_to(tmp_path / "b.zip", source)
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        names = set(bundle.namelist())
        pages = {name: bundle.read(name).decode() for name in names if name.endswith(".html")}
    assert len(pages) == 4
    for name, page in pages.items():
        tags = _Tags()
        tags.feed(page)
        assert not tags.tags & {"script", "iframe", "object", "embed", "form", "link", "base", "svg"}
        assert not tags.events
        base = name.rpartition("/")[0]
        for link in tags.links:
            assert (
                link.removeprefix("../") if base and link.startswith("../") else f"{base}/{link}".lstrip("/")
            ) in names
        assert not set(page) & set("\u202e\u2066\x00\x1b")
        assert page.count("2026-17 &lt;b&gt; | anna / bo | 2026-11-16T08:00:00.000000Z | eb_") == 3
        assert "default-src 'none'" in page


def test_names_in_the_zip_are_ours_alone(source: MemorySource, tmp_path: Path) -> None:
    write_to(tmp_path / "b.zip", source)
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        names = bundle.namelist()
        stored = {info.filename: info for info in bundle.infolist()}
        assert bundle.testzip() is None
    assert f"media/{hashlib.sha256(PICTURE).hexdigest()}.png" in names
    assert all(".." not in name and not name.startswith("/") and name.isascii() for name in names)
    assert {info.date_time for info in stored.values()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_records_give_the_same_bytes(source: MemorySource, tmp_path: Path) -> None:
    first, second = write_to(tmp_path / "1.zip", source), write_to(tmp_path / "2.zip", source)
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    assert first == second
    assert first.is_complete and first.size_bytes == (tmp_path / "1.zip").stat().st_size


def test_a_spreadsheet_gets_no_formula(source: MemorySource, tmp_path: Path) -> None:
    write_to(tmp_path / "b.zip", source)
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        rows = list(csv.reader(io.StringIO(bundle.read("records.csv").decode("utf-8-sig"))))
    assert len(rows) == 5
    assert rows[3][rows[0].index("body")] == "'=1+1"
    assert rows[1][rows[0].index("peer")] == "'+8613800000017"
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))]


def test_lines_say_what_was_committed(source: MemorySource, tmp_path: Path) -> None:
    write_to(tmp_path / "b.zip", source)
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        header, *lines = [json.loads(line) for line in bundle.read("records.jsonl").splitlines()]
        schema = json.loads(bundle.read("records.schema.json"))
    assert header["schema"] == schema["schema"] and "anna / bo" in header["watermark"]
    assert [line["ledger_index"] for line in lines] == [3, 4, 9, 20]
    assert lines[0]["committed"]["peer"] == "+8613800000017"
    assert lines[1]["attachments"][0]["file"].startswith("media/")
    assert set(lines[0]) == set(schema["fields"])


def test_a_masked_bundle_proves_places_and_tells_nothing(source: MemorySource, tmp_path: Path) -> None:
    source.records = {index: masked(record) for index, record in source.records.items()}
    write_to(tmp_path / "b.zip", source, order_of(Disclosure.MASKED, counted=9))
    report = verify_bundle(tmp_path / "b.zip")
    assert (report.ok, report.proven, report.placed, report.head_size) == (True, 0, 4, 37)
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        told = b"".join(bundle.read(name) for name in ("records.jsonl", "proofs.jsonl", "records.csv"))
        first = bundle.read("index.html").decode()
    assert b"opening" not in told and b"\\u4f60" not in told and "你好".encode() not in told
    assert "deleted since" in first


def run_checker(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", *arguments], cwd=cwd, capture_output=True, text=True, timeout=20, check=False
    )


def test_the_script_in_the_bundle_checks_it_alone(source: MemorySource, tmp_path: Path) -> None:
    write_to(tmp_path / "b.zip", source)
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        bundle.extractall(tmp_path / "out")
    unpacked = run_checker("verify.py", cwd=tmp_path / "out")
    assert unpacked.returncode == 0, unpacked.stdout + unpacked.stderr
    report = verify_bundle(tmp_path / "b.zip")
    assert report.ok and report.proven == 4
    assert report.key_fingerprint in unpacked.stdout

    key = report.key_fingerprint
    script = str(tmp_path / "out" / "verify.py")
    assert run_checker(script, "--key", key, str(tmp_path / "b.zip")).returncode == 0
    assert (
        run_checker(
            script, "--key", key.replace(key[0], "e" if key[0] != "e" else "f"), str(tmp_path / "b.zip")
        ).returncode
        == 1
    )
    absent = run_checker(script, str(tmp_path / "nothing"))
    assert absent.returncode == 2 and f"{tmp_path / 'nothing'}: there is no such file" in absent.stdout
    (tmp_path / "empty").mkdir()
    for name in ("manifest.json", "public-key.txt"):
        assert name in run_checker(script, str(tmp_path / "empty")).stdout

    page = tmp_path / "out" / "conversations" / "00001-0001.html"
    page.write_bytes(page.read_bytes().replace(b"</h1>", b"</h2>"))
    (tmp_path / "out" / "extra.html").write_text("forged")
    changed = run_checker("verify.py", cwd=tmp_path / "out")
    assert changed.returncode == 1
    assert "conversations/00001-0001.html" in changed.stdout and "extra.html" in changed.stdout
    assert verify_bundle(tmp_path / "out").problems == {
        "conversations/00001-0001.html": BundleProblem.CHANGED,
        "extra.html": BundleProblem.NOT_OF_BUNDLE,
    }


def test_the_script_is_python_3_8_with_its_standard_library() -> None:
    tree = ast.parse(checker(), feature_version=(3, 8))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= {
        "base64", "binascii", "datetime", "hashlib", "json", "os", "re", "struct", "sys", "typing", "zipfile", "zlib",
    }  # fmt: skip
    methods = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not methods & {"removeprefix", "removesuffix", "bit_count", "is_relative_to"}, "newer than 3.8"


def test_a_bundle_packed_anew_is_told_from_the_file_that_was_handed_over(source: MemorySource, tmp_path: Path) -> None:
    write_to(tmp_path / "b.zip", source)
    with zipfile.ZipFile(tmp_path / "b.zip") as old, zipfile.ZipFile(tmp_path / "c.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    report = verify_bundle(tmp_path / "c.zip")
    assert report.ok and report.is_repacked
    assert not verify_bundle(tmp_path / "b.zip").is_repacked


def test_records_that_go_while_it_is_made_end_it(source: MemorySource, tmp_path: Path) -> None:
    source.gone_after = 2
    with pytest.raises(BundleChangedError):
        write_to(tmp_path / "b.zip", source)
    assert verify_bundle(tmp_path / "b.zip").problems == {"zip": BundleProblem.UNREADABLE}


def test_damaged_and_missing_files_are_left_out_and_said(source: MemorySource, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    source.files[sha256] = PICTURE[:-1] + b"?"
    receipt = write_to(tmp_path / "b.zip", source)
    assert receipt.media_files == 0 and verify_bundle(tmp_path / "b.zip").ok
    with zipfile.ZipFile(tmp_path / "b.zip") as bundle:
        record = json.loads(bundle.read("records.jsonl").splitlines()[2])
    assert record["attachments"][0]["file"] is None
    assert (record["attachments"][0]["sha256"], record["attachments"][0]["problem"]) == (sha256, "not_included")


@pytest.mark.parametrize(
    "change",
    [
        {"body": "I agree"},
        {"peer": "+8613900000000"},
        {"direction": "out"},
        {"device": "ANOTHER"},
        {"kind": "call"},
    ],
)
def test_a_signed_line_that_says_something_else_is_found(
    source: MemorySource, tmp_path: Path, change: dict[str, str]
) -> None:
    source.records[9] = replace(source.records[9], **change)  # type: ignore[arg-type]
    write_to(tmp_path / "b.zip", source)
    assert verify_bundle(tmp_path / "b.zip").problems == {"records.jsonl": BundleProblem.NOT_PROVEN}
    told = run_checker("-c", checker().decode(), str(tmp_path / "b.zip"))
    assert told.returncode == 1 and "records.jsonl: record 9" in told.stdout


def test_a_record_that_the_ledger_does_not_hold_is_found(source: MemorySource, tmp_path: Path) -> None:
    forged = record_of(9, body="I agree")
    source.records[9] = forged
    write_to(tmp_path / "b.zip", source)
    assert verify_bundle(tmp_path / "b.zip").problems == {"proofs.jsonl": BundleProblem.NOT_PROVEN}
    told = run_checker("-c", checker().decode(), str(tmp_path / "b.zip"))
    assert told.returncode == 1 and "proofs.jsonl" in told.stdout


def test_an_empty_bundle_is_a_bundle(tmp_path: Path) -> None:
    write_to(tmp_path / "b.zip", source_of([], 5))
    report = verify_bundle(tmp_path / "b.zip")
    assert report.ok and report.proven == 0 and report.head_size == 5
