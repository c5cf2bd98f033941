import threading
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from asr.scheduler import DecodeQueue, DecodeThreads, HopRules, Inline, Job, Priority


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def job(stream: str, priority: Priority = Priority.PARTIAL, run: Callable[[], None] = lambda: None) -> Job:
    return Job(stream, priority, run)


def take(queue: DecodeQueue) -> Job:
    (taken,) = queue.take()
    return taken


def test_finals_before_partials_and_partials_by_age() -> None:
    clock = Clock()
    queue = DecodeQueue(clock=clock)
    jobs = [
        job("a"),
        job("b"),
        job("c", Priority.FINAL),
        job("d", Priority.CLOSING),
        job("e", Priority.PROBE),
    ]
    for one in jobs:
        queue.submit(one)
        clock.now += 0.01
    assert [take(queue).stream for _ in jobs] == ["e", "d", "c", "a", "b"]


def test_the_newest_partial_of_a_stream_wins_and_keeps_the_place_in_line() -> None:
    clock = Clock()
    queue = DecodeQueue(clock=clock)
    queue.submit(job("a"))
    clock.now = 0.1
    queue.submit(job("b"))
    clock.now = 0.2
    newest = job("a")
    queue.submit(newest)
    assert take(queue) is newest
    assert queue.counts.replaced == 1
    assert take(queue).stream == "b"
    assert queue.take() == []


def test_a_final_drops_the_waiting_partial_of_its_stream() -> None:
    queue = DecodeQueue()
    queue.submit(job("a"))
    queue.submit(job("a", Priority.FINAL))
    assert take(queue).priority is Priority.FINAL
    assert len(queue) == 0


def test_one_decode_in_flight_a_stream() -> None:
    queue = DecodeQueue()
    queue.submit(job("a"))
    first = take(queue)
    queue.submit(job("a", Priority.FINAL))
    assert queue.take() == []
    queue.submit(job("b"))
    assert take(queue).stream == "b"
    queue.done([first])
    assert take(queue).stream == "a"


def test_cancel_and_hurry() -> None:
    queue = DecodeQueue(clock=Clock())
    guess, late, early = (job(name, Priority.FINAL) for name in "abc")
    for one in (guess, early, late):
        queue.submit(one)
    queue.cancel(guess)
    queue.hurry(late)
    assert take(queue) is late
    assert take(queue) is early
    assert queue.take() == []


def decode_for(queue: DecodeQueue, clock: Clock, streams: int, decode_s: float, duration_s: float) -> None:
    """One decoder on virtual time; each stream asks for a partial every hop."""
    next_ask = [0.01 * stream for stream in range(streams)]
    free_at = 0.0
    while clock.now < duration_s:
        for stream in range(streams):
            if next_ask[stream] <= clock.now:
                queue.submit(job(str(stream)))
                next_ask[stream] += queue.hop_ms / 1000
        if free_at <= clock.now and (taken := queue.take()):
            free_at = clock.now + decode_s
            queue.done(taken)
        clock.now += 0.005


def test_the_hop_is_stretched_under_load_and_shrinks_again() -> None:
    clock = Clock()
    queue = DecodeQueue(clock=clock)
    decode_for(queue, clock, streams=1, decode_s=0.05, duration_s=10)
    assert queue.hop_ms == 160
    decode_for(queue, clock, streams=4, decode_s=0.05, duration_s=20)
    assert queue.hop_ms == 240
    decode_for(queue, clock, streams=12, decode_s=0.05, duration_s=40)
    assert queue.hop_ms == 480
    decode_for(queue, clock, streams=1, decode_s=0.05, duration_s=80)
    assert queue.hop_ms == 160


def test_a_final_under_overload_waits_for_one_decode_at_most() -> None:
    clock = Clock()
    queue = DecodeQueue(clock=clock)
    for stream in range(20):
        queue.submit(job(str(stream)))
    in_flight = take(queue)
    final = job("talker", Priority.FINAL)
    queue.submit(final)
    queue.done([in_flight])
    assert take(queue) is final


def test_no_stream_starves() -> None:
    clock = Clock()
    queue = DecodeQueue(HopRules(hops_ms=(240,)), clock)
    served: set[object] = set()
    for _ in range(12):
        for stream in range(10):
            queue.submit(job(str(stream)))
        taken = take(queue)
        served.add(taken.stream)
        queue.done([taken])
        clock.now += 0.1
    assert len(served) == 10


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([Priority.FINAL, Priority.PARTIAL]))))
def test_every_final_is_taken_and_in_order(asked: list[tuple[str, Priority]]) -> None:
    clock = Clock()
    queue = DecodeQueue(clock=clock)
    finals = []
    for stream, priority in asked:
        one = job(stream, priority)
        if priority is Priority.FINAL:
            finals.append(one)
        queue.submit(one)
        clock.now += 0.001
    taken: list[Job] = []
    while jobs := queue.take():
        taken += jobs
        queue.done(jobs)
    assert [one for one in taken if one.priority is Priority.FINAL] == finals
    partials = [one.stream for one in taken if one.priority is Priority.PARTIAL]
    assert len(partials) == len(set(partials))


def kindred(stream: str, kin: str | None = "model", priority: Priority = Priority.PARTIAL) -> Job:
    return Job(stream, priority, kin=kin)


def test_partials_of_one_kin_go_together() -> None:
    queue = DecodeQueue(HopRules(together=3))
    for one in (kindred("a"), kindred("b", "other"), kindred("c"), kindred("d"), kindred("e")):
        queue.submit(one)
    assert [job.stream for job in queue.take()] == ["a", "c", "d"]
    queue.submit(kindred("a"))
    assert [job.stream for job in queue.take()] == ["b"]
    assert [job.stream for job in queue.take()] == ["e"], "a is in flight"
    assert (queue.counts.partials, queue.counts.goes) == (5, 3)


def test_finals_and_jobs_without_kin_go_alone() -> None:
    queue = DecodeQueue()
    for one in (kindred("a", None), kindred("b", None), kindred("c", priority=Priority.FINAL), kindred("d")):
        queue.submit(one)
    assert [[job.stream for job in queue.take()] for _ in range(4)] == [["c"], ["a"], ["b"], ["d"]]


def test_threads_work_the_queue_off() -> None:
    queue = DecodeQueue()
    threads = DecodeThreads(queue, count=2)
    all_done = threading.Barrier(3, timeout=5)
    queue.submit(job("a", run=lambda: all_done.wait()))
    queue.submit(job("b", run=lambda: all_done.wait()))
    all_done.wait()
    threads.close()


def test_inline_decodes_at_once() -> None:
    ran = []
    Inline().submit(job("a", run=lambda: ran.append(1)))
    assert ran == [1]
