"""A judge whose replies hang on a mark in its prompt, and on which of a grader's two questions it is asked."""

import re

REPLIES = {
    "CASE01": ("It rains.", "It rains."),
    "CASE02": ("It rains. It snows.", "It rains. It snows."),
    "CASE03": ("1. It rains. 2. It snows. 3. It shines.", "1. It rains. 2. It snows. 3. It shines."),
    "CASE04": ("It rains.\nIt rains.", "It rains.\nIt rains."),
    "CASE05": ("Insufficient Information", "Insufficient Information"),
    "CASE06": ("sorry", "sorry"),
    "CASE11": ('{"steps": ["a","b"]}', '{"score": 8, "reason": "good"}'),
    "CASE12": ('{"steps": ["a","b"]}', '{"score": 6, "reason": "good"}'),
    "CASE13": ('Sure {"steps": ["a","b"]} ok', 'Here: {"score": "7.5", "reason": "good"}'),
    "CASE14": ('{"steps": ["a","b"]}', '{"score": 60, "reason": "good"}'),
    "CASE15": ('{"steps": ["a","b"]}', '{"score": 9}'),
    "CASE16": ('{"steps": []}', '{"score": 9, "reason": "r"}'),
    "CASE17": ("no steps", '{"score": 9, "reason": "r"}'),
    "CASE18": ('{"steps": ["a", "b"]}', '{"reason": "{it} is so", "score": 9}'),
    "CASE21": ("It opens.\nIt closes.", "Final verdict for each statement in order: Yes. No."),
    "CASE22": ("It opens.\nIt closes.", "1. x verdict: yes\n2. y Verdict: No."),
    "CASE23": ("It opens.\nIt closes.", "Final verdict for each statement in order: Yes."),
    "CASE24": ("It opens.\nIt closes.", "perhaps"),
    "CASE25": ("It opens.\nIt closes.", "Final verdict for each statement in order: Yes. maybe. No."),
}


def call_api(prompt, options, context):
    mark = re.search(r"CASE\d\d", prompt)
    if mark is None:
        return {"output": (context or {}).get("vars", {}).get("says") or "none"}
    second = "- b" in prompt if mark[0] < "CASE20" else "It closes" in prompt
    return {"output": REPLIES[mark[0]][second]}
