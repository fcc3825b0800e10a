"""The third-party scripts that travel with the package: Nunjucks and mathjs, as their authors publish them.

They are no part of the repository: ``requirements/assets.py`` fetches them when the package is set up or built.
"""

from functools import cache
from pathlib import Path

from assay.core.errors import Unavailable

FOLDER = Path(__file__).with_name("assets")
NUNJUCKS = "nunjucks.min.js"
MATHJS = "math.js"


@cache
def library(name: str) -> str:
    """The text of a script, as a function of ``module`` and ``exports``.

    Raises:
        Unavailable: It is not there.
    """
    try:
        text = (FOLDER / name).read_text(encoding="utf-8")
    except OSError:
        raise Unavailable(
            f"the script {name} is missing from the installed package",
            hint="run 'python requirements/assets.py' in a checkout, or install the package anew",
            code="script.assets",
        ) from None
    return f"(function (module, exports) {{{text}\n}})"
