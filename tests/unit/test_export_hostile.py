"""Folders and zips that somebody made to keep a checker busy: both checkers end, at once, and say no."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.bundles.checker.checks import check
from daemon.bundles.verification import verify_bundle

Problems = Callable[[Path], int]
CHECKERS: tuple[Problems, ...] = (
    lambda path: len(check(str(path)).problems),
    lambda path: len(verify_bundle(path).problems),
)
MANIFEST = json.dumps({"bundle_id": "eb_x", "watermark": "w", "records": 0, "files": []})


@pytest.mark.parametrize("problems", CHECKERS)
def test_a_pipe_among_the_files_is_no_file(tmp_path: Path, problems: Problems) -> None:
    os.mkfifo(tmp_path / "manifest.json")
    os.mkfifo(tmp_path / "public-key.txt")
    assert problems(tmp_path) >= 2


@pytest.mark.parametrize("problems", CHECKERS)
def test_many_files_that_do_not_belong_there_cost_little(tmp_path: Path, problems: Problems) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as bundle:
        bundle.writestr("manifest.json", MANIFEST)
        for number in range(20_000):
            bundle.writestr(f"{number:x}", b"")
    assert problems(tmp_path / "b.zip") >= 20_000
