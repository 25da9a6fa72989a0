"""A bill of materials (CycloneDX 1.6, JSON): `python -m scripts.sbom [--output FILE]`, or `make sbom`.

Packages as they are installed here that shopwarden needs, and the libraries in C inside of them, which no package list
names: those of the databases, of OpenSSL, adb and BLAS are asked themselves, the others are told by their packages
(PEP 770).
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy

from adb_bridge.binary import find_binary
from crypto.embedded import embedded_libraries

from .build_deb import source_epoch_s
from .runtime_files import ROOT, needed_distributions

Component = dict[str, object]


def bill(extras: tuple[str, ...] = ()) -> dict[str, object]:
    """The whole document."""
    done = subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", "environment", "--of", "JSON", "--sv", "1.6", "--output-reproducible",
         "--pyproject", str(ROOT / "pyproject.toml"), sys.executable],
        cwd=ROOT, capture_output=True, check=True, timeout=120,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(source_epoch_s())},
    )  # fmt: skip
    document: dict[str, object] = json.loads(done.stdout)
    names = {one.metadata["Name"].lower().replace("_", "-") for one in needed_distributions(extras)}
    listed = document.get("components")
    assert isinstance(listed, list)
    kept = [one for one in listed if str(one["name"]).lower().replace("_", "-") in names]
    missing = names - {str(one["name"]).lower().replace("_", "-") for one in kept}
    if missing:
        raise SystemExit(f"not in the environment's list: {', '.join(sorted(missing))}")
    inside = [(one.name, one.version, one.inside) for one in embedded_libraries()]
    told = (*inside, *_told_by_packages(extras), *asyncio.run(_of_programs()))
    document["components"] = [*kept, *(_library(*one) for one in dict.fromkeys(told))]
    references = {str(one["bom-ref"]) for one in kept}
    own = document.get("metadata")
    root = own["component"]["bom-ref"] if isinstance(own, dict) else ""
    dependencies = document.get("dependencies")
    assert isinstance(dependencies, list)
    document["dependencies"] = [
        {**one, "dependsOn": [below for below in one.get("dependsOn", ()) if below in references]}
        for one in dependencies
        if one["ref"] in references or one["ref"] == root
    ]
    return document


def _told_by_packages(extras: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """What packages say of themselves (PEP 770)."""
    for one in needed_distributions(extras):
        for file in one.files or ():
            if "sboms" in file.parts and file.suffix == ".json":
                for component in json.loads(file.read_text()).get("components", ()):
                    yield str(component["name"]), str(component.get("version", "unknown")), one.metadata["Name"]


async def _of_programs() -> tuple[tuple[str, str, str], ...]:
    blas = numpy.__config__.CONFIG["Build Dependencies"]["blas"]
    binary = await find_binary(None)
    return (
        ("adb", ".".join(map(str, binary.version)), "adbutils"),
        (str(blas["name"]), str(blas["version"]), "numpy"),
    )


def _library(name: str, version: str, inside: str) -> Component:
    return {
        "type": "library",
        "bom-ref": f"embedded:{inside}:{name}:{version}",
        "name": name,
        "version": version,
        "description": f"inside {inside}",
        "properties": [{"name": "shopwarden:embedded-in", "value": inside}],
    }


def main() -> int:
    """Write it; to stdout without `--output`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--output", type=Path, metavar="FILE")
    parser.add_argument("--extra", action="append", default=[], choices=["fast", "web"])
    options = parser.parse_args()
    text = json.dumps(bill(tuple(options.extra)), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if options.output is None:
        sys.stdout.write(text)
    else:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(text, "utf-8")
        print(options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
