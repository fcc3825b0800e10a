"""ES modules as functions: ``import`` and ``export`` rewritten, since the engine loads no modules by itself.

Reads tokens, not the grammar: strings, templates, comments and regular expressions are told apart, and only words
outside all brackets count. Lines stay where they are. A name that is imported is bound once, when the module is
loaded; exports are live.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

_TOKEN = re.compile(
    r"""
    (?P<space>[\s\ufeff]+|//[^\n]*|/\*.*?\*/|\A\#![^\n]*)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<tick>`)
    |(?P<word>[\w$\u0080-\uffff#]+)
    |(?P<mark>=>|\.\.\.|[^\w\s])
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?![*/])(?:[^\\/\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*(?P<end>`|\$\{)", re.DOTALL)
_BEFORE_REGEX = {
    *("return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "instanceof", "else", "do"),
    *("yield", "await", "default"),
}
_STATEMENTS = {
    *("const", "let", "var", "function", "class", "export", "import", "if", "for", "while", "return", "async"),
    *("try", "switch", "throw", "do"),
}
_SET_UP = "__exports"
_ALL = "__exportAll"
_IMPORT = "__import"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, mark, string or regular expression, with its place and how many brackets are open before it."""

    kind: str
    text: str
    start: int
    end: int
    depth: int
    new_line: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A file's code as one expression, a function; ``kind`` is ``esm`` or ``cjs``."""

    kind: str
    text: str


def as_function(text: str, *, esm: bool | None = None) -> Module:
    """The code as a function to be evaluated.

    Args:
        text: The file's text.
        esm: Whether it is an ES module; None to tell by whether it imports or exports.
    """
    if text.startswith("#!"):
        text = "//" + text[2:]
    found = tokens(text) if esm is not False and re.search(r"\b(import|export|await)\b", text) else []
    statements = [i for i, token in enumerate(found) if _is_module_word(found, i)]
    if esm is False or (esm is None and not statements):
        return Module(
            "cjs", f"(function (exports, require, module, __filename, __dirname, {_IMPORT}) {{{dynamic(text)}\n}})"
        )
    body, hoisted = _rewrite(text, found, statements)
    keyword = "async function" if _awaits(found) else "function"
    head = f"({keyword} ({_SET_UP}, {_ALL}, __load, __meta) {{'use strict'; const {_IMPORT} = async (n) => __load(n);"
    return Module("esm", f"{head}{hoisted}{body}\n}})")


def tokens(text: str) -> list[Token]:
    """The code's tokens, without white space and comments."""
    reader = _Reader(text)
    while reader.at < len(text):
        reader.step()
    return reader.found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: list[Token] = []
        self._open: list[str] = []
        self._new_line = True

    def step(self) -> None:
        if self.text[self.at] == "/" and (match := _REGEX.match(self.text, self.at)) and self._may_be_regex():
            self._add("regex", match.end())
            return
        match = _TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup is None:
            self.at += 1
        elif match.lastgroup == "space":
            self._new_line = self._new_line or "\n" in match.group()
            self.at = match.end()
        elif match.lastgroup == "tick":
            self._template(self.at + 1)
        elif match.lastgroup == "mark":
            self._mark(match.group(), match.end())
        else:
            self._add(match.lastgroup, match.end())

    def _may_be_regex(self) -> bool:
        if not self.found:
            return True
        last = self.found[-1]
        if last.kind == "mark":
            return last.text not in {")", "]"}
        return last.kind == "word" and last.text in _BEFORE_REGEX

    def _mark(self, mark: str, end: int) -> None:
        if mark in ")]}" and self._open:
            opened = self._open.pop()
            if opened == "${":
                self._template(end)
                return
        self._add("mark", end)
        if mark in "([{":
            self._open.append(mark)

    def _template(self, start: int) -> None:
        match = _TEMPLATE.match(self.text, start)
        end = match.end() if match else len(self.text)
        self._add("string", end)
        if match and match.group("end") == "${":
            self._open.append("${")

    def _add(self, kind: str, end: int) -> None:
        self.found.append(Token(kind, self.text[self.at : end], self.at, end, len(self._open), self._new_line))
        self._new_line = False
        self.at = end


def _is_module_word(found: list[Token], i: int) -> bool:
    """Whether a token begins an import or export statement."""
    token = found[i]
    if token.depth or token.kind != "word" or token.text not in {"import", "export"}:
        return False
    following = found[i + 1].text if i + 1 < len(found) else ""
    previous = found[i - 1].text if i else ";"
    if token.text == "import":
        return following not in {"(", "."} and previous != "."
    return previous not in {".", "="} and following not in {"=", ".", "(", ":"}


def _awaits(found: list[Token]) -> bool:
    """Whether there is an ``await`` outside of every function, as far as brackets tell."""
    return any(t.kind == "word" and t.text == "await" and t.depth == 0 for t in found)


def dynamic(text: str) -> str:
    """The code with each ``import(…)`` as a call of the function ``__import``."""
    if re.search(r"\bimport\s*\(", text) is None:
        return text
    found = tokens(text)
    changes = [
        (t.start, t.end, _IMPORT)
        for t, following in pairwise(found)
        if t.text == "import" and t.kind == "word" and following.text == "("
    ]
    return _changed(text, changes)


def _rewrite(text: str, found: list[Token], statements: list[int]) -> tuple[str, str]:
    """The body, and what is to stand before it."""
    changes: list[tuple[int, int, str]] = []
    exported: dict[str, str] = {}
    for number, i in enumerate(statements):
        if found[i].text == "import":
            end, made = _import(found, i, number)
        else:
            end, made = _export(found, i, number, exported)
        changes.append((found[i].start, end, made))
    inside = {start for start, _, _ in changes}
    for i, (token, following) in enumerate(pairwise(found)):
        if token.text != "import" or token.kind != "word" or token.start in inside:
            continue
        if following.text == "(":
            changes.append((token.start, token.end, _IMPORT))
        elif following.text == "." and found[i + 2].text == "meta":
            changes.append((token.start, found[i + 2].end, "__meta"))
    hoisted = f"{_SET_UP}({{{', '.join(f'{_key(name)}: () => {value}' for name, value in exported.items())}}});"
    return _changed(text, changes), hoisted if exported else ""


def _changed(text: str, changes: list[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, made in sorted(changes):
        parts += [text[at:start], made, "\n" * text.count("\n", start, end)]
        at = end
    return "".join([*parts, text[at:]])


def _import(found: list[Token], i: int, number: int) -> tuple[int, str]:
    """An import statement: where it ends, and what takes its place."""
    i += 1
    if found[i].kind == "string":
        return _after_source(found, i), f"__load({found[i].text});"
    bound: list[str] = []
    module = f"__module{number}"
    while found[i].text != "from":
        if found[i].text == "*":
            bound.append(f"const {found[i + 2].text} = {module};")
            i += 3
        elif found[i].text == "{":
            i, names = _names(found, i)
            pairs = ", ".join(f"{_key(name)}: {alias}" for name, alias in names)
            bound.append(f"const {{{pairs}}} = {module};")
        elif found[i].text == ",":
            i += 1
        else:
            bound.append(f"const {found[i].text} = {module}.default;")
            i += 1
    return _after_source(found, i + 1), f"const {module} = __load({found[i + 1].text});{''.join(bound)}"


def _after_source(found: list[Token], i: int) -> int:
    """Where a statement ends whose module's name is token ``i``: after its attributes and a semicolon."""
    end = found[i].end
    if i + 1 < len(found) and found[i + 1].text in {"with", "assert"} and not found[i + 1].new_line:
        while found[i].text != "}":
            i += 1
        end = found[i].end
    if i + 1 < len(found) and found[i + 1].text == ";":
        end = found[i + 1].end
    return end


def _names(found: list[Token], i: int) -> tuple[int, list[tuple[str, str]]]:
    """The pairs in ``{a, b as c}`` from the opening bracket on, and the index after the closing one."""
    pairs: list[tuple[str, str]] = []
    i += 1
    while found[i].text != "}":
        if found[i].text == ",":
            i += 1
        elif found[i + 1].text == "as":
            pairs.append((found[i].text, found[i + 2].text))
            i += 3
        else:
            pairs.append((found[i].text, found[i].text))
            i += 1
    return i + 1, pairs


def _export(found: list[Token], i: int, number: int, exported: dict[str, str]) -> tuple[int, str]:
    """An export statement: where the part to be replaced ends, and what takes its place."""
    following = found[i + 1]
    if following.text == "default":
        return _export_default(found, i + 2, exported)
    if following.text == "{":
        end, pairs = _names(found, i + 1)
        if end < len(found) and found[end].text == "from":
            module = f"__module{number}"
            exported |= {_plain(alias): f"{module}[{_text(name)}]" for name, alias in pairs}
            return _after_source(found, end + 1), f"const {module} = __load({found[end + 1].text});"
        exported |= {_plain(alias): name for name, alias in pairs}
        return found[end - 1].end, ";"
    if following.text == "*":
        if found[i + 2].text == "as":
            exported[_plain(found[i + 3].text)] = f"__module{number}"
            return _after_source(found, i + 5), f"const __module{number} = __load({found[i + 5].text});"
        return _after_source(found, i + 3), f"{_ALL}(__load({found[i + 3].text}));"
    if following.text in {"const", "let", "var"}:
        exported |= {name: name for name in _declared(found, i + 2)}
    else:
        name = next(t.text for t in found[i + 1 :] if t.kind == "word" and t.text not in {"async", "function", "class"})
        exported[name] = name
    return found[i].end, ""


def _export_default(found: list[Token], i: int, exported: dict[str, str]) -> tuple[int, str]:
    """``export default …`` with the token after it."""
    words = [t.text for t in found[i : i + 4]]
    if words and words[0] == "async" and len(words) > 1 and words[1] == "function":
        words = words[1:]
    name = None
    if words and words[0] in {"function", "class"}:
        rest = [word for word in words[1:] if word != "*"]
        name = rest[0] if rest and re.fullmatch(r"[\w$]+", rest[0]) and rest[0] != "extends" else None
    if name is not None:
        exported["default"] = name
        return found[i - 1].end, ""
    exported["default"] = "__default"
    return found[i - 1].end, "const __default ="


def _declared(found: list[Token], i: int) -> list[str]:
    """The names that a declaration binds, from the token after ``const`` on."""
    names: list[str] = []
    depth = found[i].depth
    expecting = True
    while i < len(found):
        token = found[i]
        if token.depth == depth and (token.text == ";" or (token.new_line and token.text in _STATEMENTS)):
            break
        if expecting and token.text in {"{", "["}:
            i, inner = _pattern(found, i)
            names += inner
            expecting = False
            continue
        if expecting:
            names.append(token.text)
            expecting = False
        elif token.text == "," and token.depth == depth:
            expecting = True
        i += 1
    return names


def _pattern(found: list[Token], i: int) -> tuple[int, list[str]]:
    """The names in a destructuring pattern, and the index after it; a default value binds nothing."""
    names: list[str] = []
    depth = found[i].depth
    i += 1
    in_default = False
    while found[i].depth > depth and not (found[i].depth == depth + 1 and found[i].text in "}]"):
        token, following = found[i], found[i + 1].text
        if token.text == ",":
            in_default = False
        elif token.text == "=":
            in_default = True
        elif token.kind == "word" and not in_default and following != ":":
            names.append(token.text)
        i += 1
    return i + 1, names


def _plain(name: str) -> str:
    return name[1:-1] if name[:1] in {"'", '"'} else name


def _key(name: str) -> str:
    return name if name[:1] in {"'", '"'} or re.fullmatch(r"[\w$]+", name) else _text(name)


def _text(name: str) -> str:
    return name if name[:1] in {"'", '"'} else f"'{name}'"
