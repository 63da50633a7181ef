"""A task that calls functions lives as long as it tells something, however long it takes."""

from __future__ import annotations

from itertools import repeat

from cutroom.render.watch import CALL_TIMEOUT, LONGEST_LOOK, SILENCE, Watch


def looks(watch: Watch, seconds: float, step: float = 0.5) -> float | None:
    """The first limit that is past, of some looks."""
    return next(filter(None, map(watch.overdue, repeat(step, round(seconds / step)))), None)


def test_one_call_has_its_limit_and_the_time_between_calls_another() -> None:
    watch = Watch()
    assert looks(watch, CALL_TIMEOUT + 10) is None, "nothing is called"
    watch.heard({"running": "ab" * 32})
    assert looks(watch, CALL_TIMEOUT) is None
    assert looks(watch, 2) == CALL_TIMEOUT
    watch.heard({"running": ""})
    assert looks(watch, CALL_TIMEOUT + 10) is None
    assert looks(watch, SILENCE) == SILENCE


def test_many_calls_have_as_long_as_they_need() -> None:
    watch = Watch()
    for _ in range(20):
        watch.heard({"running": "ab" * 32})
        assert looks(watch, CALL_TIMEOUT - 1) is None
        watch.heard({"running": ""})
    assert watch.running == ""
    watch.heard({"done": 3, "finished": 0})
    assert looks(watch, SILENCE - 1) is None


def test_time_in_which_nobody_could_listen_does_not_count() -> None:
    watch = Watch()
    watch.heard({"running": "ab" * 32})
    assert watch.overdue(0.1) is None
    assert watch.overdue(86_400) is None  # the machine slept, or Ctrl-Z
    assert looks(watch, CALL_TIMEOUT - 2 * LONGEST_LOOK) is None
    assert looks(watch, 3 * LONGEST_LOOK) == CALL_TIMEOUT
