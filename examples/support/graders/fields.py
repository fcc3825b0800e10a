"""Grades a form: the score is the share of fields that are right, and all of them have to be right to pass."""


def grade(case, reply):
    """Compare the reply's fields with the expected ones."""
    wanted = case["expected"]
    found = reply["value"] if isinstance(reply["value"], dict) else {}
    wrong = [name for name in wanted if found.get(name) != wanted[name]]
    return {
        "score": 1 - len(wrong) / len(wanted),
        "passed": not wrong,
        "reason": "every field is right" if not wrong else "; ".join(_said(name, found, wanted) for name in wrong),
    }


def _said(name, found, wanted):
    return f"{name} is {found.get(name)!r}, and should be {wanted[name]!r}"
