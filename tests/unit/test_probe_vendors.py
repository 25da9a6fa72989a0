"""Whose system: by the properties of phones that people have, and of ones that tell nonsense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.records import Vendor
from adb_bridge.simphone.profiles import profile_names, spec_of
from adb_bridge.simphone.properties import properties_of
from adb_bridge.vendors import PROPERTIES, rom_of, vendor_of

MAKER, BRAND = "ro.product.manufacturer", "ro.product.brand"
EMUI, HARMONY, MAGIC = "ro.build.version.emui", "hw_sc.build.platform.version", "ro.build.version.magic"
OPPO_ROM, LINEAGE, MIUI = "ro.build.version.oplusrom", "ro.lineage.build.version", "ro.miui.ui.version.name"
VIVO = "ro.vivo.os.name"


@pytest.mark.parametrize(
    ("told", "vendor", "rom"),
    [
        ({MAKER: "Xiaomi", BRAND: "Redmi", MIUI: "V140"}, Vendor.XIAOMI, "MIUI 14"),
        ({MAKER: "Xiaomi", MIUI: "V12"}, Vendor.XIAOMI, "MIUI 12"),
        ({MAKER: "Xiaomi", MIUI: "V816", "ro.mi.os.version.name": "OS2.0"}, Vendor.XIAOMI, "HyperOS 2.0"),
        ({MAKER: "HUAWEI", EMUI: "EmotionUI_12.0.0", HARMONY: "4.0.0"}, Vendor.HUAWEI, "HarmonyOS 4.0.0"),
        ({MAKER: "HUAWEI", BRAND: "HONOR", EMUI: "EmotionUI_10.1.0"}, Vendor.HUAWEI, "EMUI 10.1.0"),
        ({MAKER: "HUAWEI", BRAND: "HONOR", EMUI: "MagicUI_4.0.0"}, Vendor.HUAWEI, "Magic UI 4.0.0"),
        ({MAKER: "HONOR", BRAND: "HONOR", MAGIC: "MagicOS_8.0"}, Vendor.HONOR, "MagicOS 8.0"),
        ({MAKER: "HONOR", BRAND: "HONOR", EMUI: "MagicUI_6.1.0"}, Vendor.HONOR, "Magic UI 6.1.0"),
        ({MAKER: "OnePlus", OPPO_ROM: "V14.0.0"}, Vendor.OPPO, "ColorOS 14.0.0"),
        ({MAKER: "realme", BRAND: "realme"}, Vendor.OPPO, ""),
        ({BRAND: "iQOO", VIVO: "Funtouch", "ro.vivo.os.version": "14.0"}, Vendor.VIVO, "Funtouch 14.0"),
        ({MAKER: "samsung", "ro.build.version.oneui": "60101"}, Vendor.SAMSUNG, "One UI 6.1.1"),
        ({MAKER: "samsung", "ro.build.version.oneui": "70000"}, Vendor.SAMSUNG, "One UI 7.0"),
        ({MAKER: "Xiaomi", LINEAGE: "21.0"}, Vendor.AOSP, "LineageOS 21.0"),
        ({MAKER: "Google"}, Vendor.AOSP, ""),
        ({MAKER: "unknown", OPPO_ROM: "V13.1.0"}, Vendor.OPPO, "ColorOS 13.1.0"),
        ({MAKER: "Meizu"}, Vendor.OTHER, ""),
        ({}, Vendor.OTHER, ""),
    ],
)  # fmt: skip
def test_makers_and_systems(told: dict[str, str], vendor: Vendor, rom: str) -> None:
    assert vendor_of(told) is vendor
    assert rom_of(vendor, told) == rom


def test_every_profile_of_the_simulated_phone_is_known() -> None:
    expected = {
        "hyperos": Vendor.XIAOMI, "emui": Vendor.HUAWEI, "honor": Vendor.HONOR, "coloros": Vendor.OPPO,
        "vivo": Vendor.VIVO, "oneui": Vendor.SAMSUNG,
    }  # fmt: skip
    found = {name: vendor_of(properties_of(spec_of(name, serial="V1"))) for name in profile_names()}
    assert {name: found[name] for name in expected} == expected
    assert {vendor for name, vendor in found.items() if name.startswith("aosp")} == {Vendor.AOSP}


@given(st.dictionaries(st.sampled_from(PROPERTIES), st.text(max_size=200)))
def test_any_text_gives_a_vendor_and_a_short_line(told: dict[str, str]) -> None:
    vendor = vendor_of(told)
    assert vendor is not Vendor.HARMONY_NEXT
    rom = rom_of(vendor, told)
    assert len(rom) <= 60
    assert rom == " ".join(rom.split())
