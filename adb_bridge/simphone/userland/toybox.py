"""Small toybox tools: id, sleep, test, which and friends."""

import asyncio
import re

from .call import Call


async def id_(call: Call) -> int:
    """uid 2000."""
    await call.print(
        "uid=2000(shell) gid=2000(shell) groups=2000(shell),1004(input),1007(log),1011(adb),1015(sdcard_rw),"
        "1028(sdcard_r),3001(net_bt_admin),3002(net_bt),3003(inet),3006(net_bw_stats),3009(readproc),3011(uhid) "
        "context=u:r:shell:s0"
    )
    return 0


async def whoami(call: Call) -> int:
    """shell."""
    await call.print("shell")
    return 0


async def sleep(call: Call) -> int:
    """Seconds, at most an hour; s m h suffixes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", call.arguments[0] if call.arguments else "")
    if match is None:
        await call.complain("sleep: Needs 1 argument")
        return 1
    await asyncio.sleep(min(3600.0, float(match.group(1)) * {"": 1, "s": 1, "m": 60, "h": 3600}[match.group(2)]))
    return 0


async def test(call: Call) -> int:
    """String and number comparisons, -z -n -e -f -d; `[` wants its `]`."""
    words = list(call.arguments)
    if call.argv[0] == "[" and (not words or words.pop() != "]"):
        await call.complain("[: missing ]")
        return 2
    match words:
        case []:
            return 1
        case [word]:
            return int(not word)
        case ["!", *rest]:
            return int(not await _negated(call, rest))
        case ["-z", word]:
            return int(bool(word))
        case ["-n", word]:
            return int(not word)
        case ["-e" | "-f" | "-d", path]:
            entry = call.handset.files.stat(path)
            is_right = entry is not None and (words[0] == "-e" or (entry.content is None) == (words[0] == "-d"))
            return int(not is_right)
        case ["-s" | "-r" | "-w" | "-x", path]:
            entry = call.handset.files.stat(path)
            results = {"-s": entry is not None and entry.size > 0, "-w": call.handset.files.is_writable(path)}
            return int(not (entry is not None and not entry.is_denied and results.get(words[0], True)))
        case [left, "=" | "==", right]:
            return int(left != right)
        case [left, "!=", right]:
            return int(left == right)
        case [left, operator, right] if left.lstrip("-").isdigit() and right.lstrip("-").isdigit():
            one, two = int(left), int(right)
            results = {
                "-eq": one == two,
                "-ne": one != two,
                "-lt": one < two,
                "-le": one <= two,
                "-gt": one > two,
                "-ge": one >= two,
            }
            return int(not results.get(operator, False))
        case _:
            return 2


async def which(call: Call) -> int:
    """Everything lives in /system/bin."""
    for name in call.arguments:
        await call.print(f"/system/bin/{name}")
    return 0


async def _negated(call: Call, rest: list[str]) -> bool:
    inner = Call(argv=("test", *rest), stdin=call.stdin, stdout=call.stdout, stderr=call.stderr, handset=call.handset)
    return await test(inner) != 0
