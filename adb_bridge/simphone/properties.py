"""`getprop`: what phones of each brand say of themselves."""

from collections.abc import Mapping
from typing import Final

from .apps import APPS
from .spec import Brand, PhoneSpec, Security
from .traits import TestHarness, Userland

RELEASES: Final = {28: "9", 29: "10", 30: "11", 31: "12", 32: "12", 33: "13", 34: "14", 35: "15", 36: "16"}
"""Android release by API level."""

_BRAND_PROPERTIES: Final[Mapping[Brand, Mapping[str, str]]] = {
    Brand.GOOGLE: {},
    Brand.XIAOMI: {
        "ro.miui.ui.version.name": "V140",
        "ro.miui.ui.version.code": "14",
        "ro.mi.os.version.name": "OS1.0",
    },
    Brand.HUAWEI: {"ro.build.version.emui": "EmotionUI_12.0.0", "hw_sc.build.platform.version": "3.0.0"},
    Brand.OPPO: {"ro.build.version.opporom": "V14.0.0", "ro.build.version.oplusrom": "V14.0.0"},
    Brand.VIVO: {"ro.vivo.os.name": "OriginOS", "ro.vivo.os.version": "4.0"},
    Brand.HONOR: {"ro.build.version.magic": "MagicOS_7.1"},
    Brand.SAMSUNG: {"ro.build.version.oneui": "60101", "ro.csc.country_code": "China"},
}


def properties_of(spec: PhoneSpec) -> dict[str, str]:
    """All properties, sorted by name; a system that is no Android tells none."""
    if spec.software.userland is Userland.BARE:
        return {}
    release = RELEASES[spec.sdk]
    maker = APPS[spec.brand].manufacturer
    brand = "Redmi" if spec.brand is Brand.XIAOMI and spec.model.startswith("Redmi") else maker
    build = f"SIM{spec.sdk}.240105.002"
    properties = {
        "gsm.operator.alpha": "CHINA MOBILE",
        "gsm.sim.state": "LOADED",
        "init.svc.adbd": "running",
        "persist.sys.locale": "zh-CN",
        "persist.sys.timezone": spec.timezone,
        "ro.adb.secure": "0" if spec.auth == "open" and spec.security is Security.PLAIN else "1",
        "ro.boot.verifiedbootstate": "green",
        "ro.build.fingerprint": f"{brand}/{spec.device}/{spec.device}:{release}/{build}/10000001:user/release-keys",
        "ro.build.id": build,
        "ro.build.type": "user",
        "ro.build.version.incremental": "10000001",
        "ro.build.version.release": release,
        "ro.build.version.sdk": str(spec.sdk),
        "ro.build.version.security_patch": "2024-01-05",
        "ro.crypto.state": "encrypted",
        "ro.frp.pst": "/dev/block/bootdevice/by-name/frp",
        "ro.product.brand": brand,
        "ro.product.cpu.abi": "arm64-v8a",
        "ro.product.device": spec.device,
        "ro.product.manufacturer": maker,
        "ro.product.model": spec.model,
        "ro.product.name": spec.device,
        "ro.serialno": spec.serial,
        "sys.boot_completed": "1",
        "sys.user.0.ce_available": "true",
        "sys.usb.config": "adb",
    }
    if spec.traits is None:
        properties |= _BRAND_PROPERTIES[spec.brand]
    if spec.software.test_harness is TestHarness.NO_STORE:
        del properties["ro.frp.pst"]
    properties |= spec.properties
    return dict(sorted(properties.items()))
