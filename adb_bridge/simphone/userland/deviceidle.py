"""`dumpsys deviceidle whitelist` = `cmd deviceidle whitelist` (DeviceIdleController): apps that doze lets run."""

from .call import Call


async def device_idle_command(call: Call, words: tuple[str, ...]) -> int:
    """`whitelist [+PACKAGE|-PACKAGE|=PACKAGE]…`; without a package the list. Exit 255 for a word without its sign."""
    match words:
        case ("whitelist",):
            packages = call.handset.packages
            await call.print(
                f"system-excidle,com.android.shell,2000\nsystem,com.android.phone,{packages.uid('com.android.phone')}"
            )
            for name in sorted(call.handset.doze_exempt):
                await call.print(f"user,{name},{packages.uid(name)}")
            return 0
        case ("whitelist", *names):
            for name in names:
                if not await _change(call, name):
                    return 255
            return 0
        case _:
            await call.print("  mLightEnabled=true  mDeepEnabled=true")
            return 0


async def _change(call: Call, word: str) -> bool:
    sign, name, exempt = word[:1], word[1:], call.handset.doze_exempt
    match sign:
        case "+" if call.handset.packages.is_installed(name):
            call.do(lambda: exempt.add(name))
            await call.print(f"Added: {name}")
        case "+":
            await call.print(f"Unknown package: {name}")
        case "-":
            if name in exempt:
                call.do(lambda: exempt.discard(name))
                await call.print(f"Removed: {name}")
        case "=":
            await call.print("true" if name in exempt else "false")
        case _:
            await call.print(f"Package must be prefixed with +, -, or =: {word}")
            return False
    return True
