"""Whether a text is XML, whether there are XML elements in it, and whether elements are where they should be.

A path such as ``order.item.price`` leads from the root downwards. Where an element has several children of one name,
the next step is the number of one of them, from 0; ``@_id`` is an attribute, ``#text`` the text beside children.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

_NAME = r"[^\W\d][\w:.\-·]*|[:][\w:.\-·]*"
_MARKUP = re.compile(
    rf"""<(?:
        !--.*?(?:-->|\Z) | !\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z) | \?.*?(?:\?>|\Z)
        | !(?:"[^"]*"|'[^']*'|\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]|[^>"'\[])*+(?:>|\Z)
        | (?P<close>/?)(?P<name>{_NAME})(?P<rest>(?:"[^"]*"|'[^']*'|[^"'<>])*+)>
    )""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=/\"']+)(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"']+))?")


@dataclass(slots=True)
class XmlElement:
    """An element, with as much of it as paths can lead to."""

    name: str
    attributes: list[str] = field(default_factory=list)
    children: list["XmlElement"] = field(default_factory=list)
    has_text: bool = False


def xml_problem(text: str, required: Sequence[str] = ()) -> str | None:
    """Why the text as a whole is not well-formed XML, or which required element it lacks; None when all is right."""
    try:
        root = _parsed(text)
    except expat.ExpatError as error:
        return f"it is not well-formed: {expat.ErrorString(error.code)}, line {error.lineno}"
    except _Refused:
        return "it declares a document type of its own, which is not read"
    except UnicodeEncodeError:
        return "it has half of a surrogate pair in it"
    return _lacking([root], required)


def contained_xml_problem(text: str, required: Sequence[str] = ()) -> str | None:
    """Why there is no XML element in the text, or which required ones no element there has; None when all is right."""
    clusters = _clusters(text)
    if not clusters:
        return "there is no XML element in it"
    problems = [_lacking(cluster, required) for cluster in clusters]
    return None if None in problems else problems[0]


def has_path(elements: Sequence[XmlElement], path: str) -> bool:
    """Whether the path leads somewhere from these elements, which are beside one another."""
    children, attributes, has_text = list(elements), list[str](), False
    numbered: list[XmlElement] = []
    for step in path.split("."):
        if numbered:
            if not (step.isascii() and step.isdecimal() and str(int(step)) == step and int(step) < len(numbered)):
                return False
            found = [numbered[int(step)]]
        else:
            found = [child for child in children if child.name == step]
        if (
            not found
            and not numbered
            and _is_leaf(step, attributes, has_text=has_text and bool(attributes or children))
        ):
            children, attributes, has_text = [], [], False
            continue
        if not found:
            return False
        numbered = found if len(found) > 1 else []
        children, attributes, has_text = found[0].children, found[0].attributes, found[0].has_text
    return True


def _is_leaf(step: str, attributes: list[str], *, has_text: bool) -> bool:
    return (step == "#text" and has_text) or (step.startswith("@_") and step[2:] in attributes)


def _lacking(elements: Sequence[XmlElement], required: Iterable[str]) -> str | None:
    lacking = [path for path in required if not has_path(elements, path)]
    return f"it lacks {', '.join(lacking)}" if lacking else None


class _Refused(Exception):
    """The document declares entities, which could grow without bound."""


def _parsed(text: str) -> XmlElement:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.namespace_prefixes = True
    stack = [XmlElement("")]

    def start(name: str, attributes: dict[str, str]) -> None:
        element = XmlElement(_qualified(name), [_qualified(attribute) for attribute in attributes])
        stack[-1].children.append(element)
        stack.append(element)

    def end(_name: str) -> None:
        stack.pop()

    def data(piece: str) -> None:
        stack[-1].has_text |= not piece.isspace()

    def document_type(_name: str, _system: str | None, _public: str | None, has_subset: int) -> None:
        if has_subset:
            raise _Refused

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = data, document_type
    parser.Parse(text, True)
    return stack[0].children[0]


def _qualified(name: str) -> str:
    """The name as it is written, from the address, name and prefix that the parser gives."""
    parts = name.split(" ")
    return f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[-1]


def _clusters(text: str) -> list[list[XmlElement]]:
    """Whole elements that lie in no other whole element, those beside one another together.

    A tag that never ends, as ``<br>``, holds nothing; an end tag that fits no start tag ends all that are open.
    """
    level: list[XmlElement] = []
    open_elements: list[tuple[XmlElement, list[XmlElement]]] = []
    levels = [level]
    at = 0
    for found in _MARKUP.finditer(text):
        between, at = text[at : found.start()] + (found["cdata"] or ""), found.end()
        if open_elements and between.strip():
            open_elements[-1][0].has_text = True
        name = found["name"]
        if name is None:
            continue
        if found["close"]:
            if open_elements and open_elements[-1][0].name == name:
                element, level = open_elements.pop()
                level.append(element)
            else:
                open_elements, level = [], []
                levels.append(level)
            continue
        rest = found["rest"].rstrip()
        element = XmlElement(name, [attribute[1] for attribute in _ATTRIBUTE.finditer(rest.removesuffix("/"))])
        if rest.endswith("/"):
            level.append(element)
        else:
            open_elements.append((element, level))
            level = element.children
            levels.append(level)
    inner = {id(child.children) for one in levels for child in one}
    return [one for one in levels if one and id(one) not in inner]
