"""Variables that are files of pictures, sound and film: as text that a model's interface takes."""

import base64
from pathlib import Path

_IMAGES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".ico": "image/x-icon",
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".heif": "image/heif",
}
_SOUND = (".mp3", ".wav", ".ogg", ".m4a", ".aac", ".flac", ".wma", ".aiff", ".opus")
_FILM = (".mp4", ".webm", ".mov", ".avi", ".wmv", ".mkv", ".m4v")
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"RIFF", "image/webp"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
)


def is_media(path: Path) -> bool:
    """Whether the file's ending is that of a picture, of sound or of film."""
    return path.suffix.lower() in _IMAGES or path.suffix.lower() in (*_SOUND, *_FILM)


def media_text(path: Path) -> str:
    """A picture as a data address, its type taken from its first bytes; anything else as base64 alone."""
    data = path.read_bytes()
    text = base64.b64encode(data).decode("ascii")
    kind = _IMAGES.get(path.suffix.lower())
    if kind is None:
        return text
    found = next((name for start, name in _BEGINNINGS if data.startswith(start)), kind)
    return f"data:{found};base64,{text}"
