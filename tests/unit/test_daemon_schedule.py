"""What a phone is asked next: live work first, backfill in between, failing sources alone."""

from adb_bridge.records import Source
from daemon.config import CaptureSection
from daemon.schedule import DENIED_S, CheckNotice, Job, Poll, ReadStatus, Schedule, Sweep

CAPTURE = CaptureSection(poll_interval_s=20, fast_poll_interval_s=1, sweep_interval_s=300, status_interval_s=60)
ALL_DONE = dict.fromkeys((Source.SMS, Source.CALL_LOG, Source.CONTACTS), True)


def drained(schedule: Schedule, now_s: float, most: int = 50) -> list[Job]:
    """Do everything that is due at one moment; caught-up sources stay so."""
    done: list[Job] = []
    while (job := schedule.next_job(now_s)) is not None and len(done) < most:
        schedule.started(job, now_s)
        if isinstance(job, Poll):
            schedule.page_done(job.source, now_s, is_caught_up=schedule.is_source_caught_up(job.source))
        done.append(job)
    return done


def calm(caught_up: dict[Source, bool] | None = None) -> Schedule:
    schedule = Schedule(CAPTURE, caught_up or ALL_DONE, now_s=0)
    schedule.has_signals = True
    drained(schedule, 0)
    return schedule


def test_at_the_start_everything_is_due_once() -> None:
    schedule = Schedule(CAPTURE, ALL_DONE, now_s=0)
    jobs = drained(schedule, 0)
    assert {job.source for job in jobs if isinstance(job, Poll)} == set(ALL_DONE)
    assert ReadStatus() in jobs
    assert CheckNotice() in jobs
    assert schedule.next_job(0.1) is None


def test_a_signal_is_answered_at_once_and_looked_after() -> None:
    schedule = calm()
    schedule.signal([Source.SMS], now_s=5)
    assert drained(schedule, 5) == [Poll(Source.SMS, is_backfill=False)]
    assert schedule.next_job(5.5) is None
    assert drained(schedule, 6) == [Poll(Source.SMS, is_backfill=False)]
    assert drained(schedule, 9) == [Poll(Source.SMS, is_backfill=False)]
    assert schedule.next_job(12) is None


def test_a_storm_of_signals_does_not_become_a_storm_of_polls() -> None:
    schedule = calm()
    polls = 0
    for step in range(100):
        now_s = 5 + step / 100
        schedule.signal([Source.SMS], now_s=now_s)
        polls += len(drained(schedule, now_s))
    assert polls <= 5


def test_fast_while_an_app_is_in_front_and_once_more_when_it_leaves() -> None:
    schedule = calm()
    schedule.be_fast([Source.CONTACTS], now_s=1)
    times = [now_s / 4 for now_s in range(4, 44) if drained(schedule, now_s / 4)]
    assert 9 <= len(times) <= 13, "about once a second"
    schedule.be_calm(now_s=11)
    assert drained(schedule, 11.3) == [Poll(Source.CONTACTS, is_backfill=False)]
    drained(schedule, 12.5), drained(schedule, 15.5)
    assert schedule.next_job(17) is None


def test_without_signals_the_slow_poll_is_quicker() -> None:
    schedule = calm()
    assert schedule.next_job(10) is None
    deaf = Schedule(CAPTURE, ALL_DONE, now_s=0)
    drained(deaf, 0)
    assert isinstance(deaf.next_job(6.5), Poll)


def test_backfill_runs_page_by_page_but_live_sources_go_first() -> None:
    schedule = Schedule(CAPTURE, {Source.SMS: False, Source.CALL_LOG: True}, now_s=0)
    schedule.has_signals = True
    drained(schedule, 0, most=4)
    job = schedule.next_job(0.1)
    assert job == Poll(Source.SMS, is_backfill=True)
    schedule.started(job, 0.1)
    schedule.page_done(Source.SMS, 0.2, is_caught_up=False)
    assert not schedule.has_urgent(0.2)
    schedule.signal([Source.CALL_LOG], now_s=0.5)
    assert schedule.has_urgent(0.5)
    assert schedule.next_job(0.5) == Poll(Source.CALL_LOG, is_backfill=False)


def test_a_read_of_several_pages_that_reached_its_end_is_not_due_again() -> None:
    schedule = Schedule(CAPTURE, {Source.CONTACTS: True, Source.MMS: False}, now_s=0)
    schedule.has_signals = True
    drained(schedule, 0, most=4)
    schedule.signal([Source.CONTACTS], now_s=1)
    schedule.started(Poll(Source.CONTACTS, is_backfill=False), 1)
    schedule.page_done(Source.CONTACTS, 1.1, is_caught_up=False)
    assert schedule.next_job(1.1) == Poll(Source.CONTACTS, is_backfill=False)
    schedule.page_done(Source.CONTACTS, 1.2, is_caught_up=True)
    assert schedule.next_job(1.3) == Poll(Source.MMS, is_backfill=True)


def test_polls_that_take_longer_than_their_interval_starve_nothing() -> None:
    schedule = Schedule(CAPTURE, {Source.CALL_LOG: True, Source.CONTACTS: True, Source.MMS: False}, now_s=0)
    done: list[Job] = []
    now_s = 0.0
    while now_s < CAPTURE.sweep_interval_s + 60:
        job = schedule.next_job(now_s)
        assert job is not None
        schedule.started(job, now_s)
        now_s += 5
        if isinstance(job, Poll):
            schedule.page_done(job.source, now_s, is_caught_up=not job.is_backfill)
        done.append(job)
    assert {type(job) for job in done} == {Poll, Sweep, ReadStatus, CheckNotice}
    assert 5 <= done.count(Poll(Source.MMS, is_backfill=True)) < len(done) / 2


def test_two_backfills_take_turns() -> None:
    schedule = Schedule(CAPTURE, {Source.SMS: False, Source.CONTACTS: False}, now_s=0)
    order = []
    for step in range(12):
        now_s = step * 0.3
        job = schedule.next_job(now_s)
        assert job is not None
        schedule.started(job, now_s)
        if isinstance(job, Poll):
            schedule.page_done(job.source, now_s + 0.1, is_caught_up=False)
            order.append(job.source)
    assert {order.count(Source.SMS), order.count(Source.CONTACTS)} == {5}


def test_a_failing_source_waits_alone_and_a_denied_one_longer() -> None:
    schedule = calm()
    schedule.signal([Source.SMS, Source.CALL_LOG], now_s=5)
    for job in (Poll(Source.SMS, is_backfill=False), Poll(Source.CALL_LOG, is_backfill=False)):
        schedule.started(job, 5)
    schedule.failed(Source.SMS, 5, is_denied=False)
    schedule.failed(Source.CALL_LOG, 5, is_denied=True)
    assert schedule.next_job(6.5) is None
    assert schedule.next_job(7.1) == Poll(Source.SMS, is_backfill=False)
    schedule.signal([Source.CALL_LOG], now_s=10)
    due = [job for job in drained(schedule, 10) if isinstance(job, Poll)]
    assert Source.CALL_LOG not in {job.source for job in due}
    assert Poll(Source.CALL_LOG, is_backfill=False) in drained(schedule, 16), "somebody may just have flipped a switch"
    now_s = 16.0
    for _ in range(12):
        schedule.failed(Source.CALL_LOG, now_s, is_denied=True)
        now_s += DENIED_S
    assert Poll(Source.CALL_LOG, is_backfill=False) not in drained(schedule, now_s - 1)
    assert Poll(Source.CALL_LOG, is_backfill=False) in drained(schedule, now_s)


def test_a_sleeping_source_waits_to_be_woken() -> None:
    schedule = Schedule(CAPTURE, {Source.CALL_STATE: True}, now_s=0)
    schedule.only_sources()
    schedule.put_to_sleep(Source.CALL_STATE)
    assert drained(schedule, 100) == []
    assert schedule.refetch(now_s=100) == ()
    schedule.wake(Source.CALL_STATE, 101)
    assert drained(schedule, 101) == [Poll(Source.CALL_STATE, is_backfill=False)]
    schedule.ask_again(Source.CALL_STATE, 101, 1.0)
    assert drained(schedule, 101.9) == []
    assert drained(schedule, 102.1) == [Poll(Source.CALL_STATE, is_backfill=False)]


def test_messages_go_before_their_pictures() -> None:
    schedule = Schedule(CAPTURE, {Source.SMS: True, Source.MMS: True}, now_s=0)
    drained(schedule, 0)
    schedule.signal([Source.MMS, Source.SMS], now_s=5)
    assert drained(schedule, 5) == [Poll(Source.SMS, is_backfill=False)]
    assert drained(schedule, 6.6) == [Poll(Source.SMS, is_backfill=False), Poll(Source.MMS, is_backfill=False)]


def test_sweeps_come_last_and_only_for_what_was_read() -> None:
    schedule = Schedule(CAPTURE, {Source.SMS: True, Source.CONTACTS: False}, now_s=0)
    jobs = drained(schedule, 400, most=6)
    assert Sweep(Source.CONTACTS) not in jobs
    assert isinstance(schedule.next_job(400), Poll), "the backfill goes on before any sweep"


def test_refetch_makes_everything_due_even_what_failed() -> None:
    schedule = calm()
    schedule.failed(Source.SMS, 1, is_denied=True)
    schedule.refetch(now_s=2)
    jobs = drained(schedule, 2)
    assert {job.source for job in jobs if isinstance(job, Poll)} == set(ALL_DONE)
    assert {job.source for job in jobs if isinstance(job, Sweep)} == set(ALL_DONE)


def test_next_due_is_never_later_than_the_next_job() -> None:
    schedule = calm()
    due_s = schedule.next_due_s()
    assert schedule.next_job(due_s - 0.01) is None
    assert schedule.next_job(due_s) is not None


def test_recordings_are_polled_as_often_as_the_phone_keeps_silent() -> None:
    def polls_in_a_minute(schedule: Schedule) -> int:
        schedule.only_sources()
        return sum(len(drained(schedule, second)) for second in range(60))

    def schedule() -> Schedule:
        return Schedule(CAPTURE, {Source.RECORDINGS: True}, now_s=0)

    silent, logged, told = schedule(), schedule(), schedule()
    logged.has_signals = told.has_signals = True
    told.told_by_phone(Source.RECORDINGS)
    counts = [polls_in_a_minute(one) for one in (silent, logged, told)]
    assert counts == [15, 10, 3]
    told.untold(Source.RECORDINGS)
    assert sum(len(drained(told, 60 + second)) for second in range(60)) > 5
