"""The program of a worker process: loads one Python file and calls its functions, a line of JSON each way.

Run as a script by ``worker.py``; imports nothing of the package, so that it starts fast. It ends when
the process that started it does, however that ended: a thread watches the pipe, and an alarm of the
system ends a call that runs on in code which lets no thread run.
"""

import contextlib
import importlib.util
import json
import os
import resource
import select
import signal
import sys
import threading
import traceback
from types import ModuleType
from typing import BinaryIO

_loop: list[ModuleType] = []


def main() -> None:
    """Load the file, then answer until there is no more to answer."""
    file, root, beside, limit_s, memory_bytes = (*sys.argv[1:4], float(sys.argv[4]), int(sys.argv[5]))
    requests, answers = _take_pipes()
    threading.Thread(target=_watch, args=(requests.fileno(),), daemon=True).start()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if beside:
        sys.path.insert(0, beside)
    _bound_memory(memory_bytes)
    sys.dont_write_bytecode = True
    signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        module = _load(file)
        answer = json.dumps({"kind": "loaded"})
    except BaseException as error:  # noqa: BLE001 - the edge: whatever the file raises is reported, exits too
        module = ModuleType("nothing")
        answer = _raised(error, file, root)
    _send(answers, answer)
    while line := requests.readline():
        request = json.loads(line)
        signal.setitimer(signal.ITIMER_REAL, request["limit_s"])
        answer = _call(module, request, file, root)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(answers, answer)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under numbers of their own; what the file's code reads and writes goes nowhere."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    return requests, answers


def _bound_memory(size: int) -> None:
    """Let nothing more be allocated beyond that many bytes; a system that cannot do it is left as it is."""
    if size:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def _watch(pipe: int) -> None:
    """End this process, and what it has started, when nobody holds the other end of the pipe any more."""
    poll = select.poll()
    poll.register(pipe, 0)  # no event but the end, which always counts
    poll.poll()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _load(file: str) -> ModuleType:
    # pathlib would double the time to start
    name = "assay_worker_" + os.path.splitext(os.path.basename(file))[0]  # noqa: PTH119, PTH122 - as above
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _call(module: ModuleType, request: dict[str, object], file: str, root: str) -> str:
    """The answer to a request, as JSON."""
    try:
        value = getattr(module, str(request["function"]))(*request["arguments"])  # type: ignore[misc]  # a JSON list
        value = _awaited(value) if hasattr(value, "__await__") else value
    except BaseException as error:  # noqa: BLE001 - the edge: whatever the function raises is reported, exits too
        return _raised(error, file, root)
    too_long = {"kind": "unusable", "what": f"returned more than {request['max_chars']:,} characters"}
    if isinstance(value, str) and len(value) > int(str(request["max_chars"])):
        return json.dumps(too_long)
    try:
        text = json.dumps(value, allow_nan=False, default=_plain)
    except MemoryError:
        return json.dumps(too_long)
    except Exception:  # noqa: BLE001 - the edge: a value may do anything when it is looked at
        return json.dumps({"kind": "unusable", "what": f"returned {_short(value)}, which has no JSON form"})
    if len(text) > int(str(request["max_chars"])):
        return json.dumps(too_long)
    return f'{{"kind": "returned", "value": {text}}}'


def _awaited(value: object) -> object:
    """What an async function returns."""
    if not _loop:
        _loop.append(_load(os.path.join(os.path.dirname(__file__), "worker_loop.py")))  # noqa: PTH118, PTH120 - as above
    return _loop[0].finish(value)


def _plain(value: object) -> object:
    """A number of another library as one of Python's own."""
    return value.item()  # type: ignore[attr-defined]  # what has none has no JSON form


def _raised(error: BaseException, file: str, root: str) -> str:
    """What was raised, and the last line of the project's own code on the way there, as JSON."""
    what = f"raised {type(error).__name__}: {_short(error)}"
    if isinstance(error, MemoryError):
        what = f"needed more memory than it may use ({resource.getrlimit(resource.RLIMIT_DATA)[0] // 1_000_000:,} MB)"
    if isinstance(error, SystemExit):
        what = f"called sys.exit({'' if error.code is None else _short(error)})"
    place: tuple[str, int | None] = (file, None)
    if isinstance(error, SyntaxError) and error.filename:
        place = (error.filename, error.lineno)
    else:
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename.startswith(root + os.sep) and "site-packages" not in frame.filename:
                place = (frame.filename, frame.lineno)
            elif frame.filename == "<configuration>" and frame.name == "main":
                what = f"{what} (on its line {(frame.lineno or 2) - 1})"
    return json.dumps({"kind": "raised", "what": what, "file": place[0], "line": place[1]})


def _short(value: object) -> str:
    try:
        line = " ".join(str(value)[:1000].split())
    except Exception:  # noqa: BLE001 - the edge: a value may do anything when it is looked at
        return "what cannot be shown"
    return line if len(line) <= 200 else line[:199] + "…"


def _send(answers: BinaryIO, answer: str) -> None:
    answers.write(answer.encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
