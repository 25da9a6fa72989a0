"""Whose system a phone runs, by its properties, and the version in words. Pure; total on any text.

Properties are claims. Which ones are told: Android's own by every phone; the vendors' `ro.miui.ui.version.name`,
`ro.mi.os.version.name`, `ro.build.version.{emui,magic,opporom,oplusrom,oneui}`, `hw_sc.build.platform.version`,
`ro.vivo.os.*` and `ro.lineage.build.version` by public code and bug reports of phones with Android 9-15, none of it
documented by a vendor. What is missing costs a name, nothing else.

Rules, the first that fits:
1. LineageOS is AOSP, whoever built the phone: it has AOSP's menus.
2. The maker decides. Phones that Huawei sold as Honor (maker HUAWEI, brand HONOR) run Huawei's system.
3. A vendor's own property decides where the maker is unknown.
"""

import re
from collections.abc import Mapping
from typing import Final

from .records import Vendor

PROPERTIES: Final = (
    "ro.product.manufacturer", "ro.product.brand", "ro.lineage.build.version",
    "ro.mi.os.version.name", "ro.miui.ui.version.name", "ro.build.version.emui", "hw_sc.build.platform.version",
    "ro.build.version.magic", "ro.build.version.oplusrom", "ro.build.version.opporom", "ro.vivo.os.name",
    "ro.vivo.os.version", "ro.vivo.os.build.display.id", "ro.build.version.oneui",
)  # fmt: skip
"""What `vendor_of` and `rom_of` look at."""

_MAKERS: Final[Mapping[str, Vendor]] = {
    "xiaomi": Vendor.XIAOMI, "redmi": Vendor.XIAOMI, "poco": Vendor.XIAOMI, "blackshark": Vendor.XIAOMI,
    "huawei": Vendor.HUAWEI, "honor": Vendor.HONOR, "hihonor": Vendor.HONOR,
    "oppo": Vendor.OPPO, "realme": Vendor.OPPO, "oneplus": Vendor.OPPO,
    "vivo": Vendor.VIVO, "iqoo": Vendor.VIVO, "samsung": Vendor.SAMSUNG,
    "google": Vendor.AOSP, "motorola": Vendor.AOSP, "sony": Vendor.AOSP, "nothing": Vendor.AOSP,
    "fairphone": Vendor.AOSP, "hmd global": Vendor.AOSP,
}  # fmt: skip
_OWN_PROPERTIES: Final = (
    (Vendor.XIAOMI, ("ro.mi.os.version.name", "ro.miui.ui.version.name")),
    (Vendor.HONOR, ("ro.build.version.magic",)),
    (Vendor.HUAWEI, ("hw_sc.build.platform.version", "ro.build.version.emui")),
    (Vendor.OPPO, ("ro.build.version.oplusrom", "ro.build.version.opporom")),
    (Vendor.VIVO, ("ro.vivo.os.version", "ro.vivo.os.name")),
    (Vendor.SAMSUNG, ("ro.build.version.oneui",)),
)
_VERSION: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}")
_LONGEST: Final = 60
_EMUI_OF_MAGIC_UI: Final = re.compile(r"magicui", re.IGNORECASE)


def vendor_of(properties: Mapping[str, str]) -> Vendor:
    """OTHER when nothing tells. Never HARMONY_NEXT: that one has no such properties."""
    if properties.get("ro.lineage.build.version"):
        return Vendor.AOSP
    maker = properties.get("ro.product.manufacturer", "").strip().casefold()
    brand = properties.get("ro.product.brand", "").strip().casefold()
    if maker == "huawei" and brand == "honor" and properties.get("ro.build.version.magic"):
        return Vendor.HONOR
    for claim in (maker, brand):
        if claim in _MAKERS:
            return _MAKERS[claim]
    for vendor, names in _OWN_PROPERTIES:
        if any(properties.get(name) for name in names):
            return vendor
    return Vendor.OTHER


def rom_of(vendor: Vendor, properties: Mapping[str, str]) -> str:
    """The system's name and version, such as `HyperOS 1.0`; empty when the phone does not tell. At most 60 characters,
    made of the phone's text."""
    return " ".join(_rom(vendor, properties).split())[:_LONGEST]


def _rom(vendor: Vendor, told: Mapping[str, str]) -> str:
    lineage = told.get("ro.lineage.build.version", "")
    if lineage:
        return f"LineageOS {lineage}"
    match vendor:
        case Vendor.XIAOMI:
            hyper, miui = told.get("ro.mi.os.version.name", ""), told.get("ro.miui.ui.version.name", "")
            return _named("HyperOS", hyper) or _miui(miui)
        case Vendor.HUAWEI:
            emui = told.get("ro.build.version.emui", "")
            name = "Magic UI" if _EMUI_OF_MAGIC_UI.match(emui) else "EMUI"
            return _named("HarmonyOS", told.get("hw_sc.build.platform.version", "")) or _named(name, emui)
        case Vendor.HONOR:
            return _named("MagicOS", told.get("ro.build.version.magic", "")) or _named(
                "Magic UI", told.get("ro.build.version.emui", "")
            )
        case Vendor.OPPO:
            rom = told.get("ro.build.version.oplusrom", "") or told.get("ro.build.version.opporom", "")
            return _named("ColorOS", rom)
        case Vendor.VIVO:
            name, shown = told.get("ro.vivo.os.name", ""), told.get("ro.vivo.os.build.display.id", "")
            return shown if name and shown.startswith(name) else f"{name} {told.get('ro.vivo.os.version', '')}"
        case Vendor.SAMSUNG:
            return _one_ui(told.get("ro.build.version.oneui", ""))
        case _:
            return ""


def _named(name: str, version: str) -> str:
    """`EmotionUI_10.1.0`, `V14.0.0`, `OS1.0`: the first version in it."""
    found = _VERSION.search(version)
    return f"{name} {found[0]}" if found else ""


def _miui(version: str) -> str:
    """`V140` is MIUI 14, `V12` is MIUI 12; `V816` stands beside HyperOS."""
    found = re.fullmatch(r"V([0-9]{1,2})([0-9])?", version.strip())
    return f"MIUI {found[1]}" if found else _named("MIUI", version)


def _one_ui(version: str) -> str:
    """`60101` is One UI 6.1.1."""
    found = re.fullmatch(r"([0-9]{1,2})([0-9]{2})([0-9]{2})", version.strip())
    if found is None:
        return ""
    major, minor, patch = (int(part) for part in found.groups())
    return f"One UI {major}.{minor}" + (f".{patch}" if patch else "")
