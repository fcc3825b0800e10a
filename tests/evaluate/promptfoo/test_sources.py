"""Where prompts, tests and outputs come from: files of every kind, code and programs; and what is hostile."""

import pytest

_NINE = ", ".join(["x"] * 9)
BOMB = (
    f"a0: &a0 [{_NINE}]\n"
    + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 8))
    + "prompts: *a7\n"
)


def test_prompts_come_from_files_of_every_kind(evaluate):
    ran = evaluate(
        """\
        prompts:
          - file://two.txt
          - file://many/*.md
          - file://rows.csv
          - file://code.py:made
          - file://code.js:made
          - {raw: 'raw {{x}}', label: named}
        providers: [echo]
        tests: [{vars: {x: 1}}]
        """,
        files={
            "two.txt": "one {{x}}\n---\ntwo {{x}}\n",
            "many/a.md": "md {{x}}",
            "rows.csv": "prompt,label\ncsv {{x}},c\n",
            "code.py": "def made(context):\n    return 'py ' + str(context['vars']['x'])\n",
            "code.js": "module.exports.made = ({vars}) => 'js ' + vars.x;\n",
        },
    )

    assert sorted(map(str, ran.outputs)) == ["csv 1", "js 1", "md 1", "one 1", "py 1", "raw 1", "two 1"]


def test_every_column_of_a_table_does_what_promptfoo_has_it_do(evaluate):
    ran = evaluate(
        "prompts: ['say {{x}}']\nproviders: [echo]\ntests: file://t.csv\n",
        files={
            "t.csv": "x,__description,__expected1,__expected2,__threshold,__metric,__prefix,__suffix,__metadata:kind\n"
            "a,first,contains: a,contains: zz,0.5,m,<,>,odd\n"
            "b,second,is-json,,,,,,even\n"
        },
    )

    assert ran.outputs == ["<say a>", "say b"]
    assert ran.passed == [True, False]
    assert [row["testCase"]["description"] for row in ran.rows] == ["first", "second"]
    assert ran.rows[0]["testCase"]["metadata"] == {"kind": "odd"}
    assert ran.rows[0]["namedScores"] == {"m": 0.5}


def test_tests_are_made_by_code_and_read_line_by_line(evaluate):
    ran = evaluate(
        "prompts: ['{{x}}']\nproviders: [echo]\ntests: ['file://t.py:made', 'file://t.js', 'file://t.jsonl']\n",
        files={
            "t.py": "def made():\n    return [{'vars': {'x': 'py'}}]\n",
            "t.js": "module.exports = async () => [{vars: {x: 'js'}}];\n",
            "t.jsonl": '{"vars": {"x": "line 1"}}\n{"vars": {"x": "line 2"}}\n',
        },
    )

    assert ran.outputs == ["py", "js", "line 1", "line 2"]


def test_a_program_answers_with_what_it_prints(evaluate):
    ran = evaluate(
        "prompts: ['hi {{x}}']\nproviders: ['exec: python3 say.py']\ntests: [{vars: {x: there}}]\n",
        files={"say.py": "import sys\nprint(sys.argv[1].upper())\n"},
    )

    assert ran.outputs == ["HI THERE"]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("prompts: ['{% for i in range(1000000000) %}x{% endfor %}']\nproviders: [echo]\n", "the prompt"),
        (
            "prompts: [a]\nproviders: [echo]\ntests: [{assert: [{type: javascript, value: 'while (true) {}'}]}]\n",
            "",
        ),
        (
            "prompts: [a]\nproviders: [echo]\ntests: [{options: {transform: '\"x\".repeat(2 ** 40)'}}]\n",
            "",
        ),
    ],
)
def test_endless_templates_and_code_are_stopped_and_their_sample_is_not_passed(evaluate, config, said):
    ran = evaluate(config)

    assert ran.status in {1, 3}
    assert ran.passed == [False]
    assert ran.rows[0].get("error") or ran.rows[0]["gradingResult"]["reason"]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            BOMB,
            "alias",
        ),
        ("prompts: [a]\nproviders: [echo]\ntests: [{$ref: '#/tests/0'}]\n", "$ref"),
        ("prompts: [file:///etc/passwd]\nproviders: [echo]\n", "outside"),
        (
            "prompts: [a]\nproviders: [echo]\ntests: [{assert: [{type: trajectory:tool-used, value: x}]}]\n",
            "trajectory:tool-used",
        ),
        ("prompts: [a]\nproviders: ['bedrock:x']\n", "bedrock:x"),
        ("prompts: [a]\nproviders: [echo]\nredteam: {plugins: [x]}\n", "redteam"),
    ],
)
def test_what_is_hostile_or_refused_ends_by_name_before_anything_runs(evaluate, config, said):
    ran = evaluate(config)

    assert (ran.status, ran.document) == (2, None)
    assert said in ran.err
    assert "promptfooconfig.yaml" in ran.err


def test_a_program_that_prints_without_end_is_stopped(evaluate):
    ran = evaluate("prompts: [a]\nproviders: ['exec: yes']\n")

    assert (ran.status, ran.passed) == (3, [False])
    assert "yes printed more than 10,000,000 bytes" in ran.rows[0]["error"]
