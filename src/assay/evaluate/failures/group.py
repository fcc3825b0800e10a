"""Failures that are alike, put together: by code and grader first, then by what they have in common in words.

Without an extra, cases of one code are put to the first group whose words they share; with the extra ``groups``,
HDBSCAN finds the groups. Both say the same for the same rows.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec

from assay.evaluate.failures.code import code_of
from assay.evaluate.failures.stop_words import STOP_WORDS
from assay.evaluate.first_failure import input_of, why
from assay.evaluate.types import SampleRow

MOST_ROWS = 5_000
ALIKE = 0.35
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Failure:
    """A sample that did not pass, as groups are made of it."""

    case: str
    variant: str
    code: str
    graders: tuple[str, ...]
    text: str
    why: str


@dataclass(slots=True)
class Group:
    """Failures that are alike.

    Attributes:
        code: Their code.
        graders: The graders that failed them.
        words: What they have in common, the most telling first; without words such as "and".
        failures: The first is the one that is most like the others.
    """

    code: str
    graders: tuple[str, ...]
    words: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @property
    def variants(self) -> dict[str, int]:
        """Variant -> how many of its samples are among them."""
        return dict(Counter(failure.variant for failure in self.failures).most_common())


def failures_of(rows: Iterable[SampleRow], *, variant: str | None = None) -> list[Failure]:
    """The samples of a run that did not pass, at most ``MOST_ROWS``."""
    found: list[Failure] = []
    for row in rows:
        code = code_of(row)
        if code is None or (variant is not None and row.variant != variant):
            continue
        graders = tuple(sorted({v.grader for v in row.verdicts if not v.passed}))
        found.append(Failure(row.case, row.variant, code, graders, f"{input_of(row)} {why(row)}", why(row)))
        if len(found) == MOST_ROWS:
            break
    return found


def grouped(failures: Sequence[Failure], *, clustering: bool | None = None) -> list[Group]:
    """The groups, the largest first.

    Args:
        failures: What is grouped.
        clustering: Whether HDBSCAN is used; None where it is installed.
    """
    by_kind: dict[tuple[str, tuple[str, ...]], list[Failure]] = {}
    for failure in failures:
        by_kind.setdefault((failure.code, failure.graders), []).append(failure)
    groups: list[Group] = []
    for (code, graders), members in by_kind.items():
        vectors = _vectors([member.text for member in members])
        use = _has_sklearn() if clustering is None else clustering
        labels = _density(vectors) if use and len(members) >= 8 else _leaders(vectors)
        for label in sorted(set(labels)):
            places = [i for i, one in enumerate(labels) if one == label]
            groups.append(_group(code, graders, [members[i] for i in places], [vectors[i] for i in places]))
    return sorted(groups, key=lambda group: (-len(group.failures), group.code, group.failures[0].case))


Vector = dict[str, float]


def _vectors(texts: Sequence[str]) -> list[Vector]:
    """Words by how telling they are (tf-idf), each vector of length 1."""
    words = [Counter(_words(text)) for text in texts]
    within = Counter(word for counts in words for word in counts)
    found = []
    for counts in words:
        raw = {w: n * math.log((1 + len(texts)) / (1 + within[w])) + n * 0.1 for w, n in counts.items()}
        size = math.sqrt(sum(value * value for value in raw.values())) or 1.0
        found.append({word: value / size for word, value in raw.items()})
    return found


def _words(text: str) -> list[str]:
    """The words that say something; all of them where none does."""
    found = [word.casefold() for word in _WORD.findall(text[:4_000])]
    return [word for word in found if word not in STOP_WORDS] or found


def _likeness(one: Vector, other: Vector) -> float:
    small, large = (one, other) if len(one) < len(other) else (other, one)
    return sum(value * large.get(word, 0.0) for word, value in small.items())


def _leaders(vectors: Sequence[Vector]) -> list[int]:
    """Each to the first group whose first member it is like, or to a group of its own."""
    leaders: list[Vector] = []
    labels = []
    for vector in vectors:
        place = next((i for i, leader in enumerate(leaders) if _likeness(vector, leader) >= ALIKE), None)
        if place is None:
            place = len(leaders)
            leaders.append(vector)
        labels.append(place)
    return labels


def _density(vectors: Sequence[Vector]) -> list[int]:
    """The labels of HDBSCAN on the distances of the vectors; what belongs to no group is one of its own."""
    import numpy as np  # noqa: PLC0415 - start-up time
    from sklearn.cluster import HDBSCAN  # noqa: PLC0415 - an extra

    n = len(vectors)
    apart = np.ones((n, n))
    for i in range(n):
        for j in range(i + 1):
            apart[i, j] = apart[j, i] = 0.0 if i == j else max(0.0, 1 - _likeness(vectors[i], vectors[j]))
    found = HDBSCAN(min_cluster_size=3, metric="precomputed", copy=True).fit(apart).labels_
    return [int(label) for label in found]


def _has_sklearn() -> bool:

    return find_spec("sklearn") is not None


def _group(code: str, graders: tuple[str, ...], members: list[Failure], vectors: list[Vector]) -> Group:
    sums: Vector = {}
    for vector in vectors:
        for word, value in vector.items():
            sums[word] = sums.get(word, 0.0) + value
    telling = sorted(sums.keys() - STOP_WORDS, key=lambda word: (-sums[word], word))
    shared = [word for word in telling[:12] if sum(word in v for v in vectors) > len(vectors) / 2]
    centre: Vector = dict(sums)
    order = sorted(range(len(members)), key=lambda i: (-_likeness(vectors[i], centre), members[i].case))
    return Group(code, graders, shared[:5], [members[i] for i in order])
