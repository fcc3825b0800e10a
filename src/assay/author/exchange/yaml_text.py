"""Writing plain values as YAML that YAML 1.2 and 1.1 read the same, with short things on one line."""

import re

import yaml

# YAML 1.2 takes these for numbers where 1.1, whose rules the library writes by, takes some of them for text.
_NUMBER_LIKE = re.compile(r"[-+]?\.?[0-9].*|[-+]?\.(inf|nan)", re.IGNORECASE | re.DOTALL)
# What a YAML reader drops, folds or takes for the end of a line, unless it is escaped.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


class _Dumper(yaml.SafeDumper):
    """Short, without aliases, with long text in block form."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the library's signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - as above
        super().increase_indent(flow, indentless=False)


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = None
    if _ODD.search(value):
        style = '"'
    elif "\n" in value:
        style = "|"
    elif _NUMBER_LIKE.fullmatch(value):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _number(dumper: _Dumper, value: float) -> yaml.ScalarNode:
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        text = text.replace("inf", ".inf").replace("nan", ".nan")
    elif "e" in text and "." not in text:
        text = text.replace("e", ".0e")  # 1.1 wants a point
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)


def dump_yaml(value: object) -> str:
    """The value as a YAML document, keys in their order."""
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None, indent=2
    )
