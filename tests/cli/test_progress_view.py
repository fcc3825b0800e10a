"""Progress: cheap to report, drawn seldom, silent when asked; data on stdout is never touched."""

import io
import re
import sys
import time
from decimal import Decimal

import pytest

from assay.cli.progress_view import Pace, ProgressView, progress_words
from assay.evaluate.runner import Progress


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def now_utc(self):
        raise NotImplementedError

    def monotonic_s(self) -> float:
        return self.at_s


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def half_way() -> Progress:
    return Progress(done=120, errors=1, made=100, reused=20, tokens=20_113, cost_usd=Decimal("0.0123"))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_words_say_how_far_how_fast_what_it_costs_and_how_long_it_takes():
    pace = Pace(264)
    pace.note(0, 0)
    pace.note(10, 120)

    assert plain(progress_words(half_way(), 264, pace)) == (
        "120/264 · 12.0/s · 1 error · 20,113 tokens · $0.0123 · 12 s left"
    )


def test_an_unknown_cost_is_called_unknown():
    assert "cost unknown" in progress_words(Progress(done=1, cost_usd=None), 2, Pace(2))


def test_the_rate_is_that_of_late():
    pace = Pace(10_000)
    pace.note(0, 0)
    pace.note(1, 5_000)  # what was reused
    for second in range(2, 60):
        pace.note(second, 5_000 + 10 * second)

    assert pace.per_s == pytest.approx(10)
    assert pace.left_s == pytest.approx((10_000 - 5_590) / 10)


def test_there_is_no_rate_before_anything_is_known():
    pace = Pace(10)

    assert pace.per_s is None
    assert pace.left_s is None


def test_the_time_left_is_not_told_before_a_few_percent_are_done():
    pace = Pace(264)
    pace.note(0, 0)
    pace.note(6.4, 1)  # the model was loaded meanwhile
    first = pace.left_s
    pace.note(7, 8)
    second = pace.left_s
    pace.note(8, 28)

    assert (first, second, pace.left_s) == (None, pytest.approx(224), pytest.approx((264 - 28) / (28 / 8)))


def test_a_large_run_tells_it_after_half_a_minute():
    pace = Pace(100_000)
    pace.note(0, 0)
    pace.note(20, 200)
    early = pace.left_s
    pace.note(30, 300)

    assert early is None
    assert pace.left_s == pytest.approx(9_970)


def test_elsewhere_than_on_a_terminal_a_line_is_printed_every_few_seconds(capsys):
    clock = HandClock()
    with ProgressView(264, quiet=False, clock=clock) as view:
        for done in range(1, 121):
            clock.at_s += 0.125
            view.update(Progress(done=done, tokens=done))
    captured = capsys.readouterr()
    lines = plain(captured.err).splitlines()

    assert captured.out == ""
    assert len(lines) == 4  # after 5, 10 and 15 s, and at the end
    assert re.match(r"40/264 · 8.0/s · 0 errors · 40 tokens · \$0 · 28 s left", lines[0])
    assert lines[-1].startswith("120/264")
    assert lines[-1].endswith("15 s")


def test_quiet_is_silent(capsys):
    clock = HandClock()
    with ProgressView(10, quiet=True, clock=clock) as view:
        for done in range(1, 11):
            clock.at_s += 10
            view.update(Progress(done=done))

    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_there_is_a_bar_that_stays_on_one_line(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    clock = HandClock()
    with ProgressView(264, quiet=False, clock=clock) as view:
        clock.at_s += 10
        view.update(half_way())
    shown = plain(re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", sys.stderr.getvalue()))
    last = shown.replace("\r", "\n").strip().splitlines()[-1]

    assert "120/264 · 12.0/s · 1 error" in last
    assert "━" in last
    assert len(last) <= 80


def test_what_is_thrown_inside_comes_out_and_the_cursor_is_back(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(KeyboardInterrupt), ProgressView(10, quiet=False, clock=HandClock()):
        raise KeyboardInterrupt
    text = sys.stderr.getvalue()

    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l")


def test_an_update_costs_next_to_nothing(capsys):
    with ProgressView(100_000, quiet=False) as view:
        progress = Progress()
        began = time.process_time()
        for _ in range(20_000):
            progress.done += 1
            view.update(progress)
        took = time.process_time() - began

    assert took < 0.2  # 10 µs each, twenty times what is needed


def test_a_long_run_keeps_to_one_line_of_a_narrow_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    clock = HandClock()
    with ProgressView(1_000_000, quiet=False, clock=clock) as view:
        clock.at_s += 10
        view.update(Progress(done=123_456, errors=12_345, tokens=123_456_789, cost_usd=Decimal("12345.67")))
    shown = plain(re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", sys.stderr.getvalue()))

    assert max(len(line) for line in re.split(r"[\r\n]", shown)) <= 60
    assert "\n" not in shown.rstrip("\n")


@pytest.mark.parametrize(("left_s", "words"), [(0.2, "1 s left"), (8.6, "9 s left"), (75, "1 min 15 s left")])
def test_time_left_is_told_in_whole_seconds(left_s, words):
    pace = Pace(20)
    pace.note(0, 0)
    pace.note(left_s, 10)

    assert plain(progress_words(Progress(done=10), 20, pace)).endswith(words)
