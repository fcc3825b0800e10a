"""What the architecture tests share: allow-lists that may only shrink."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ALLOWED = Path(__file__).parent / "allow"


@pytest.fixture
def only_allowed() -> Callable[[str, Mapping[str, str]], None]:
    """Check what breaks a rule against ``allow/RULE.txt``: nothing beyond the list, nothing in it that is mended."""

    def check(rule: str, found: Mapping[str, str]) -> None:
        listed = _listed(rule)
        new = [f"{name}: {what}" for name, what in sorted(found.items()) if name not in listed]
        mended = sorted(listed - found.keys())

        assert not new, f"{rule}:\n  " + "\n  ".join(new)
        assert not mended, f"no longer needed in tests/architecture/allow/{rule}.txt:\n  " + "\n  ".join(mended)

    return check


def _listed(rule: str) -> set[str]:
    path = ALLOWED / f"{rule}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {entry for line in lines if (entry := line.partition("#")[0].strip())}
