"""`cmd testharness enable|restore` (TestHarnessModeService, Android 10 to 15): the only way shell has to erase a phone.

It answers before anything happens: exit 0 says that the broadcast was sent. What the phone is like afterwards is
`PhoneSpec.wipe`.
"""

from typing import Final

from ..traits import TestHarness
from .call import Call

_FIRST_WITH_OPTIONS: Final = 35
_HELP: Final = """About:
  Test Harness Mode is a mode that the device can be placed in to prepare
  the device for running UI tests. The device is placed into this mode by
  first wiping all data from the device, preserving ADB keys.

  By default, the following settings are configured:
    * Package Verifier is disabled
    * Stay Awake While Charging is enabled
    * OTA Updates are disabled
    * Auto-Sync for accounts is disabled

  Other apps may configure themselves differently in Test Harness Mode by
  checking ActivityManager.isRunningInUserTestHarness()

Test Harness Mode commands:
  help
    Print this help text.

  enable|restore
    Erase all data from this device and enable Test Harness Mode,
    preserving the stored ADB keys currently on the device and toggling
    settings in a way that are conducive to Instrumentation testing.
"""


async def test_harness_command(call: Call, words: tuple[str, ...]) -> int:
    """0 sent, 1 no place to keep the keys, 2 screen lock, 255 for everything else, help included."""
    match words:
        case ("enable" | "restore", *options):
            return await _enable(call, options)
        case () | ("help" | "-h", *_):
            await call.print(_HELP)
        case _:
            await call.print(f"Unknown command: {words[0]}")
    return 255


async def _enable(call: Call, options: list[str]) -> int:
    handset = call.handset
    if handset.spec.sdk >= _FIRST_WITH_OPTIONS:
        for option in options:
            if option != "--keep-memtag":
                await call.complain(f"Invalid option: {option}")
                return 1
    if handset.power.has_credential:
        await call.complain("Test Harness Mode cannot be enabled if there is a lock screen")
        return 2
    if handset.traits.test_harness is TestHarness.NO_STORE:
        await call.complain("Failed to enable Test Harness Mode")
        return 1
    call.do(handset.cable.wipe)
    return 0
