"""`shopwarden demo`: with --headless it plays and sums up; with --host it serves a console until stdin closes."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import msgspec

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.scenario import ScenarioError

from ..api.exit_codes import ExitCode
from ..api.texts import Texts, language_wish, load_texts, pick_language
from ..cli.narration import say
from .headless import run_headless
from .measure import DemoSummary, LatencyMs
from .stage import StageError, StageSettings, enrol_all, stage

CATALOG = Path(__file__).parent / "catalog"
DEFAULT_HEADLESS_S = 20.0


class StageIsSet(msgspec.Struct, frozen=True, kw_only=True):
    """The one line that `--host` prints once the daemon's socket has a place."""

    state: str
    socket: str


class SummaryDocument(msgspec.Struct, frozen=True, kw_only=True):
    """`--json`: one item, and its figures once more at the top for scripts that want just those."""

    schema: int = 1
    items: tuple[DemoSummary, ...]
    phones: int
    events: int
    alerts: int
    alert_latency_ms: LatencyMs
    ledger_verified: bool


def main(arguments: list[str]) -> int:
    """Run the demo; returns the exit code of the contract."""
    texts = load_texts(pick_language(language_wish(arguments), os.environ), CATALOG)
    options = _parser(texts).parse_args(arguments)
    if options.state is not None and options.state.exists() and any(options.state.iterdir()):
        say(texts.get("demo.state_in_use", path=str(options.state)))
        return ExitCode.USAGE
    settings = StageSettings(
        phones=options.phones,
        scenario=options.scenario,
        seed=options.seed,
        content_latency_s=options.latency_s,
        state=options.state,
    )
    say(texts.get("demo.starting", phones=settings.phones))
    try:
        if options.host:
            asyncio.run(_host(settings))
            return ExitCode.OK
        seconds = options.headless if options.headless is not None else DEFAULT_HEADLESS_S
        say(texts.get("demo.playing", scenario=settings.scenario, seconds=f"{seconds:g}"))
        summary = asyncio.run(run_headless(settings, seconds=seconds, clock=SystemClock()))
    except ScenarioError as error:
        say(texts.get("demo.bad_scenario", reason=str(error)))
        return ExitCode.USAGE
    except StageError as error:
        say(texts.get("demo.failed"))
        say(error.log_tail)
        return error.exit_code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    _print(summary, options, texts)
    if not summary.ledger_verified:
        return ExitCode.INTEGRITY
    return ExitCode.PARTIAL if summary.alerts_missed or summary.records_missing else ExitCode.OK


async def _host(settings: StageSettings) -> None:
    """Play until stdin closes or a signal comes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    loop.add_reader(sys.stdin.fileno(), lambda: stop.set() if not os.read(sys.stdin.fileno(), 4096) else None)
    async with stage(settings) as running:
        line = msgspec.json.encode(StageIsSet(state=str(running.state), socket=str(running.socket)))
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.flush()
        enrolling = asyncio.create_task(enrol_all(running))
        playing = asyncio.create_task(running.fleet.play())
        await stop.wait()
        for task in (enrolling, playing):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _print(summary: DemoSummary, options: argparse.Namespace, texts: Texts) -> None:
    if options.jsonl:
        sys.stdout.write(msgspec.json.encode(summary).decode() + "\n")
        return
    if options.json:
        document = SummaryDocument(
            items=(summary,),
            phones=summary.phones,
            events=summary.events,
            alerts=summary.alerts,
            alert_latency_ms=summary.alert_latency_ms,
            ledger_verified=summary.ledger_verified,
        )
        sys.stdout.write(msgspec.json.encode(document).decode() + "\n")
        return
    latency = summary.alert_latency_ms
    latency_text = (
        texts.get("demo.summary.none")
        if latency.p50 is None or latency.p95 is None
        else texts.get("demo.summary.milliseconds", p50=latency.p50, p95=latency.p95, count=summary.alerts_measured)
    )
    lines = {
        "phones": str(summary.phones),
        "events": str(summary.events),
        "alerts": str(summary.alerts),
        "latency": latency_text,
        "expected": f"{summary.alerts_expected}, {summary.alerts_missed}",
        "records": f"{summary.records_on_phones}, {summary.records_missing}",
        "ledger": texts.get("demo.summary.whole" if summary.ledger_verified else "demo.summary.broken"),
    }
    for key, value in lines.items():
        sys.stdout.write(f"{texts.get(f'demo.summary.{key}')}: {value}\n")


def _parser(texts: Texts) -> argparse.ArgumentParser:
    defaults = StageSettings()

    def help_of(key: str, **values: str | int | float) -> str:
        return texts.get(f"demo.option.{key}", **values).replace("%", "%%")

    parser = argparse.ArgumentParser(prog="shopwarden demo", description=texts.get("demo.description"))
    parser.add_argument("--headless", type=_seconds, metavar="SECONDS", help=help_of("headless"))
    parser.add_argument(
        "--phones", type=_phones, default=defaults.phones, metavar="N", help=help_of("phones", count=defaults.phones)
    )
    parser.add_argument("--json", action="store_true", help=help_of("json"))
    parser.add_argument("--jsonl", action="store_true", help=help_of("jsonl"))
    parser.add_argument(
        "--scenario", default=defaults.scenario, metavar="NAME", help=help_of("scenario", name=defaults.scenario)
    )
    parser.add_argument("--seed", type=int, default=defaults.seed, metavar="N", help=help_of("seed"))
    parser.add_argument(
        "--latency-s", type=_latency, default=defaults.content_latency_s, metavar="S",
        help=help_of("latency", seconds=defaults.content_latency_s),
    )  # fmt: skip
    parser.add_argument("--state", type=Path, metavar="DIR", help=help_of("state"))
    parser.add_argument("--host", action="store_true", help=help_of("host"))
    parser.add_argument("--lang", choices=("en", "zh"))
    return parser


def _bounded(text: str, low: float, high: float) -> float:
    number = float(text)
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{low:g} … {high:g}")
    return number


def _seconds(text: str) -> float:
    return _bounded(text, 1, 86_400)


def _latency(text: str) -> float:
    return _bounded(text, 0, 60)


def _phones(text: str) -> int:
    return int(_bounded(text, 1, 200))
