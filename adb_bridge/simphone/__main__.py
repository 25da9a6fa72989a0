"""`python -m adb_bridge.simphone SCENARIO`: phones in a process of their own, until SIGTERM or SIGINT."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from adb_bridge.clock import SystemClock

from .fault_plan import load_fault_plan
from .faults import Effect, ExitCode, Garbage, Hang, Oversize, Repeat, Truncate
from .fleet import SimFleet
from .mdns import LOOPBACK, Announcer
from .phone import DEFAULT_SCENARIO, SimPhone
from .profiles import every_name, load_profile
from .scenario import ScenarioError, load_scenario
from .spec import AuthMode
from .wireless import FIRST_SDK

_USAGE_EXIT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON line per phone `{"serial", "address", "employee"}`, then serve. Exit 0, or 2 for bad arguments.

    With `--wireless` the line has the `guid` too, and with `--pair-code` the `pairing_address`.
    """
    options = _parser().parse_args(arguments)
    if options.list_profiles:
        for name in every_name():
            sys.stdout.write(f"{name}\t{load_profile(name).title}\n")
        return 0
    try:
        scenario = load_scenario(options.scenario)
        fleet = SimFleet.from_scenario(
            scenario,
            phones=options.phones,
            clock=SystemClock(),
            seed=options.seed,
            content_latency_s=options.latency_s,
            history_rows=options.history,
            profiles=options.profile,
            auth=AuthMode.PENDING if _is_wireless(options) else None,
            faults=[one for path in options.faults for one in load_fault_plan(path)],
        )
    except (ScenarioError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return _USAGE_EXIT
    for match, effect in options.fault:
        for phone in fleet.phones:
            phone.faults.arm(match, effect, repeat=Repeat.ALWAYS)
    return asyncio.run(_serve(fleet, options))


async def _serve(fleet: SimFleet, options: argparse.Namespace) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    announcer = Announcer(LOOPBACK if options.host.startswith("127.") else (options.host,))
    try:
        if _is_wireless(options):
            await announcer.start()
        for index, phone in enumerate(fleet.phones):
            if _is_wireless(options):
                phone.wireless.announce_with(announcer)
                place = _let_in_by_lan(phone, options.host, options.pair_code)
            else:
                place = {"address": await phone.start(options.host, options.port + index if options.port else 0)}
            line = {"serial": phone.spec.serial, **place, "employee": phone.spec.employee}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    except OSError as error:
        sys.stderr.write(f"cannot listen: {error.strerror}\n")
        await fleet.stop()
        await announcer.stop()
        return _USAGE_EXIT
    playing = asyncio.create_task(fleet.play()) if options.play else None
    await stopped.wait()
    if playing is not None:
        playing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await playing
    await fleet.stop()
    await announcer.stop()
    return 0


def _is_wireless(options: argparse.Namespace) -> bool:
    return bool(options.wireless or options.pair_code)


def _let_in_by_lan(phone: SimPhone, host: str, pair_code: str | None) -> dict[str, str]:
    """Wireless debugging where Android has it, `adb tcpip` on older phones. Raise `OSError`."""
    wireless = phone.wireless
    wireless.host = host
    if phone.spec.sdk < FIRST_SDK:
        return {"address": wireless.enter_tcp(0), "guid": wireless.guid}
    line = {"address": wireless.switch_on(), "guid": wireless.guid}
    if pair_code:
        line["pairing_address"] = wireless.start_pairing(pair_code)
    return line


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m adb_bridge.simphone", description="Simulated phones for adb connect."
    )
    parser.add_argument(
        "scenario", nargs="?", default=DEFAULT_SCENARIO, help="a packaged scenario (jewellery-day) or a TOML file"
    )
    parser.add_argument(
        "--profile", action="append", default=[], metavar="NAME", help="what the phones are; repeatable, taken in turn"
    )
    parser.add_argument("--list-profiles", action="store_true", help="name the profiles and end")
    parser.add_argument("--phones", type=int, default=1, metavar="N")
    parser.add_argument("--history", type=int, default=None, metavar="ROWS", help="messages on each phone at the start")
    parser.add_argument("--latency-s", type=float, default=0.0, metavar="X", help="seconds a `content` call takes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port", type=int, default=0, help="port of the first phone, the others follow; 0 takes free ones"
    )
    parser.add_argument(
        "--wireless", action="store_true", help="no cable: wireless debugging, announced by mDNS; hosts pair first"
    )
    parser.add_argument(
        "--pair-code", metavar="CODE", help="as --wireless, with the pairing dialog of every phone open once"
    )
    parser.add_argument("--play", action="store_true", help="play the live script")
    parser.add_argument(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="KIND=MATCH[=N]",
        help="hang, garbage, truncate, oversize (N bytes) or exit (code N) for commands with MATCH in them",
    )
    parser.add_argument(
        "--faults",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="TOML with [[faults.command]]: trouble at single program calls; repeatable",
    )
    return parser


def _fault(text: str) -> tuple[str, Effect]:
    kind, _, rest = text.partition("=")
    match, _, number = rest.rpartition("=") if rest.rpartition("=")[2].isdigit() else (rest, "", "")
    value = int(number or "0")
    effects: dict[str, Effect] = {
        "hang": Hang(after_bytes=value),
        "garbage": Garbage(data=b"\x00\xff\x1b]52;c;AAAA\x07Row: 0 _id=garbage\n" * 20),
        "truncate": Truncate(size=value),
        "oversize": Oversize(size=value or 10 * 1024 * 1024),
        "exit": ExitCode(code=value),
    }
    if kind not in effects:
        raise argparse.ArgumentTypeError(f"'{kind}' is none of {', '.join(effects)}")
    return match, effects[kind]


if __name__ == "__main__":
    sys.exit(main())
