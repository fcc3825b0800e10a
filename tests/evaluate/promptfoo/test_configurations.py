"""Configurations as people write them: what is run, what is refused with its line, and what is only a warning."""

import json
import math
import sys

import pytest

from assay.models.minilm import encoder
from assay.testing import FakeProvider
from assay.testing.fake_reply import FakeReply

ECHO = """\
prompts: ['Hello {{name}}']
providers: [echo]
tests:
  - {vars: {name: Ann}, assert: [{type: contains, value: Ann}]}
  - {vars: {name: Bo}, assert: [{type: contains, value: Ann}]}
"""


def test_it_is_found_without_a_name_and_run(evaluate):
    ran = evaluate(ECHO)

    assert (ran.outputs, ran.passed, ran.status) == (["Hello Ann", "Hello Bo"], [True, False], 1)


def test_equals_is_exact_and_meteor_has_weights(evaluate):
    ran = evaluate("""\
prompts: ['{{out}}']
providers: [echo]
tests:
  - {vars: {out: 'x '}, assert: [{type: equals, value: x}]}
  - {vars: {out: '42.0'}, assert: [{type: equals, value: 42}]}
  - {vars: {out: '{"a": 1.0}'}, assert: [{type: equals, value: {a: 1}}]}
  - {vars: {out: d c b a}, assert: [{type: meteor, value: a b c d, gamma: 0, threshold: 0.99}]}
""")

    assert ran.passed == [False, False, True, True]


@pytest.mark.parametrize(
    ("flags", "environment_given", "status"),
    [
        (["--exit-codes", "promptfoo"], {}, 100),
        (["--exit-codes", "promptfoo"], {"PROMPTFOO_FAILED_TEST_EXIT_CODE": "7"}, 7),
        (["--exit-codes", "promptfoo"], {"PROMPTFOO_PASS_RATE_THRESHOLD": "50"}, 0),
        ([], {"PROMPTFOO_PASS_RATE_THRESHOLD": "50"}, 0),
        (["-n", "1"], {}, 0),
    ],
)
def test_the_exit_status_is_ours_or_promptfoos(evaluate, monkeypatch, flags, environment_given, status):
    for name, value in environment_given.items():
        monkeypatch.setenv(name, value)

    assert evaluate(ECHO, *flags).status == status


@pytest.mark.parametrize(
    ("config", "line", "what"),
    [
        ("prompts: [a]\nproviders: [echo]\nredteam: {purpose: x}\n", 3, "'redteam' is not supported"),
        ("prompts: [a]\nproviders:\n  - bedrock:anthropic.claude\n", 3, "'bedrock:anthropic.claude' is not supported"),
        ("prompts: [a]\nproviders: ['openai:responses:m']\n", 2, "'openai:responses:m' is not supported"),
        (
            "prompts: [a]\nproviders: [echo]\ntests:\n - assert:\n    - type: agent-rubric\n",
            5,
            "'agent-rubric' is not supported",
        ),
        (
            "prompts: [a]\nproviders: [echo]\ntests:\n - assert:\n    - type: contain\n",
            5,
            "no assertion is named 'contain'",
        ),
        ("prompts: [a]\nproviders: [echo]\ntests:\n - assert: {type: contains}\n", 4, "'assert' is not a list"),
        ("prompts: [a]\nproviders: [echo]\ntests: https://docs.google.com/x\n", 3, "are not fetched"),
        ("prompts: ['langfuse://p']\nproviders: [echo]\n", 1, "is kept by a service"),
        ("prompts: [a]\nproviders: [{id: echo, configs: {}}]\n", 2, "the key 'configs' of the provider"),
        ("prompts: [a]\nproviders: [{id: 'https://x.invalid', config: {tls: {}}}]\n", 2, "the setting 'tls'"),
        ("prompts: [a]\nproviders: [echo]\ntests:\n - {$ref: '#/no'}\n", 4, "'#/no' points to nothing"),
        ("prompts: [a]\nproviders: [echo]\ntargets: [echo]\n", 3, "both 'targets' and 'providers'"),
        ("prompts: ['file://no.txt']\nproviders: [echo]\n", 1, "there is no file no.txt"),
        ("prompts: [a]\nproviders: ['file://no.py']\n", 2, "there is no file no.py"),
        ("prompts: [a]\nproviders: [{id: 'openai:m', config: {apiKey: sk-1}}]\n", 2, "has its key written out"),
        ("prompts: [a]\nproviders: [echo]\nderivedMetrics: [{name: x}]\n", 3, "a derived metric has no name"),
        ("prompts: [a]\nproviders: [echo]\nextensions: [hooks.py]\n", 3, "is no file"),
        ("prompts: [a]\nproviders: [echo]\ntests:\n - assert: [{type: llm-rubric, value: x}]\n", 4, "needs a judge"),
    ],
)
def test_what_is_not_supported_is_refused_with_its_line(evaluate, config, line, what):
    ran = evaluate(config)

    assert ran.status == 2
    assert f"promptfooconfig.yaml:{line}" in ran.err
    assert what in ran.err
    assert ran.document is None


def test_with_promptfoos_exit_codes_a_wrong_configuration_is_1(evaluate):
    assert evaluate("prompts: [a]\nproviders: [nobody]\n", "--exit-codes", "promptfoo").status == 1


def test_what_changes_nothing_is_a_warning_with_its_line(evaluate):
    ran = evaluate(ECHO + "sharing: true\nnonsense: 1\nshared: {x: 1}\n")

    assert "promptfooconfig.yaml:6:1 (sharing): the key 'sharing' changes nothing here" in ran.err
    assert "the key 'nonsense' is unknown" in ran.err


def test_a_file_beyond_the_project_is_refused(evaluate, folder):
    (folder / "assay.yaml").write_text("project: p\n", "utf-8")
    ran = evaluate("prompts: ['file://../../../etc/passwd']\nproviders: [echo]\n")

    assert "lies outside the project's folder" in ran.err


def test_files_from_the_folder_above_are_read_where_there_is_no_project(evaluate, folder):
    ran = evaluate("prompts: ['file://../above.txt']\nproviders: [echo]\n", files={"../above.txt": "from above"})

    assert ran.outputs == ["from above"]


@pytest.mark.parametrize(
    "config",
    [
        "prompts: ['{% for i in range(100000000) %}{{ i }}{% endfor %}']\nproviders: [echo]\n",
        "prompts: [a]\nproviders: [echo]\ntests: [{assert: [{type: javascript, value: '\"x\".repeat(2 ** 29)'}]}]\n",
    ],
    ids=["template", "memory"],
)
def test_code_without_an_end_is_stopped_and_named(evaluate, config):
    ran = evaluate(config)

    assert ran.passed == [False]
    assert any(word in ran.rows[0]["error"] for word in ("took longer than", "needed more than", "more than"))


def test_several_files_are_merged(evaluate):
    ran = evaluate(
        None,
        "-c",
        "a.yaml",
        "-c",
        "b.yaml",
        files={
            "a.yaml": "description: a\nproviders: [echo]\nprompts: ['P {{x}}']\ndefaultTest: {vars: {x: 1}}\n",
            "b.yaml": "description: b\nproviders: [echo]\nprompts: ['P {{x}}', 'Q {{x}}']\n"
            "defaultTest: {vars: {y: 2}}\n"
            "tests: [{vars: {}}, {vars: {x: 3}}]\n",
        },
    )

    assert ran.outputs == ["P 1", "Q 1", "P 3", "Q 3"]
    assert ran.document["config"]["description"] == "a, b"


def test_the_environment_is_in_paths_values_and_templates(evaluate, monkeypatch):
    monkeypatch.setenv("KIND", "long")
    ran = evaluate(
        "env: {WHO: '{{env.KIND}}-one'}\nprompts: ['file://{{env.KIND}}.txt']\nproviders: [echo]\n"
        "tests: [{vars: {a: '{{env.WHO}}', b: '{{env.NOT_SET | default(\"none\")}}'}}]\n",
        files={"long.txt": "{{a}} {{b}} {{ env.WHO | upper }}"},
    )

    assert ran.outputs == ["long-one none LONG-ONE"]


def test_an_env_file_is_read(evaluate):
    ran = evaluate(
        "prompts: ['{{env.A}} {{env.B}} {{env.C}}']\nproviders: [echo]\n",
        "--env-file",
        "my.env",
        files={"my.env": "# one\nexport A=plain # said\nB='single \\n'\nC=\"two\\nlines\"\n"},
    )

    assert ran.outputs == ["plain single \\n two\nlines"]


def test_merge_keys_and_references_are_carried_out(evaluate):
    ran = evaluate(
        """\
        base: &base {type: contains, value: Hello}
        prompts: [Hello]
        providers: [echo]
        tests:
          - assert: [{<<: *base, metric: m}, {$ref: '#/base', weight: 3}]
        """
    )

    assert [part["assertion"].get("weight") for part in ran.rows[0]["gradingResult"]["componentResults"]] == [None, 3]
    assert ran.rows[0]["namedScores"] == {"m": 1}


def test_outputs_that_are_there_already_are_graded(evaluate):
    ran = evaluate(
        None,
        "--assertions",
        "asserts.yaml",
        "--model-outputs",
        "outputs.json",
        files={
            "asserts.yaml": "- {type: contains, value: a}\n",
            "outputs.json": json.dumps(["a", {"output": "b", "tags": ["x", "y"]}]),
        },
    )

    assert (ran.outputs, ran.passed) == (["a", "b"], [True, False])
    assert ran.rows[1]["vars"]["tags"] == "x, y"


def test_a_reply_is_paid_for_once_and_anew_without_the_cache(evaluate, monkeypatch):
    tests = "tests: [{vars: {x: a}}, {vars: {x: a}}, {vars: {x: b}}]\n"
    config = f"prompts: ['say {{{{x}}}}']\nproviders: ['openai:chat:m']\n{tests}"
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    with FakeProvider(lambda body: body["messages"][-1]["content"].upper()) as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.base_url)
        first = evaluate(config)
        asked = len(fake.requests)
        second = evaluate(config)
        reused = len(fake.requests)
        evaluate(config, "--no-cache")
        anew = len(fake.requests)
        evaluate(config, "--repeat", "2")
        repeated = len(fake.requests)

    assert first.outputs == second.outputs == ["SAY A", "SAY A", "SAY B"]
    assert (asked, reused, anew, repeated) == (2, 2, 4, 6)


def test_settings_become_the_calls_parameters(evaluate, monkeypatch):
    monkeypatch.setenv("MY_KEY", "secret-1")
    with FakeProvider(lambda body: "x") as fake:
        ran = evaluate(
            f"""\
            prompts: ['[{{"role": "system", "content": "be {{{{how}}}}"}}, {{"role": "user", "content": "hi"}}]']
            providers:
              - id: openai:chat:m
                config:
                  apiBaseUrl: {fake.base_url}
                  apiKey: '{{{{env.MY_KEY}}}}'
                  temperature: 0.5
                  max_tokens: 7
                  response_format: {{type: json_object}}
                  passthrough: {{special: 1}}
            tests: [{{vars: {{how: kind}}}}]
            """
        )
        (sent,) = fake.requests

    assert ran.status == 0
    body = sent.body
    assert (body["temperature"], body["special"], body["response_format"]) == (0.5, 1, {"type": "json_object"})
    assert body["messages"] == [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hi"}]
    assert "secret-1" not in json.dumps(ran.document)


def test_a_conversation_is_handed_on_and_runs_one_by_one(evaluate):
    ran = evaluate(
        """\
        prompts: ['{% for turn in _conversation %}[{{turn.input}}>{{turn.output}}]{% endfor %}{{q}}']
        providers: [echo]
        tests:
          - {vars: {q: one}, metadata: {conversationId: x}}
          - {vars: {q: two}, metadata: {conversationId: x}}
          - {vars: {q: three}, metadata: {conversationId: y}}
        """
    )

    assert ran.outputs == ["one", "[one>one]two", "three"]


def test_an_output_is_stored_for_later_tests(evaluate):
    ran = evaluate(
        "prompts: ['{{q}}']\nproviders: [echo]\n"
        "tests: [{vars: {q: plum}, options: {storeOutputAs: fruit}}, {vars: {q: 'more {{fruit}}'}}]\n"
    )

    assert ran.outputs == ["plum", "more plum"]


def test_a_judge_chooses_the_best_of_several_outputs(evaluate):
    ran = evaluate(
        """\
        prompts: [a, bb]
        providers: [echo]
        tests:
          - assert: [{type: select-best, value: the longest, provider: 'file://judge.py'}]
        """,
        files={"judge.py": "def call_api(prompt, options, context):\n    return {'output': 'Output 1 it is'}\n"},
    )

    assert ran.passed == [False, True]
    assert [row["gradingResult"]["componentResults"][0]["pass"] for row in ran.rows] == [False, True]


@pytest.mark.parametrize("says", ["{'error': 'busy'}", "{'output': 'either will do'}"])
def test_a_judge_that_chooses_no_output_is_an_error_of_all_of_them(evaluate, says):
    ran = evaluate(
        "prompts: [a, bb]\nproviders: [echo]\n"
        "tests: [{assert: [{type: select-best, value: x, provider: 'file://judge.py'}]}]\n",
        files={"judge.py": f"def call_api(prompt, options, context):\n    return {says}\n"},
    )

    assert (ran.status, ran.passed) == (3, [False, False])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("evaluateOptions: {repeat: often}", "'repeat' is 'often'"),
        ("evaluateOptions: {maxConcurrency: -1}", "'maxConcurrency' is -1"),
        ("commandLineOptions: {delay: [1]}", "'delay' is a list"),
        ("tests: [{options: none}]", "'options' is 'none'"),
        ("tests: [{threshold: high}]", "'threshold' of a test is not a number"),
        ("tests: [{assert: [{type: assert-set, assert: {type: equals}}]}]", "'assert' of an assert-set is not a list"),
        ("tests: [{assert: [{type: max-score, value: {threshold: x}}]}]", "'threshold' of the assertion 'max-score'"),
        ("tests: [{assert: [{type: python, value: x, config: y}]}]", "'config' is 'y'"),
        ("defaultTest: {}\nderivedMetrics: 1.5", "a derived metric has no name"),
        ("commandLineOptions: {filterPattern: [a]}", "'filterPattern' is a list"),
        ("scenarios: [{config: [{options: 3}]}]", "'options' is 3"),
        ("outputPath: ../../out.json", "lies outside the project's folder"),
    ],
)
def test_what_has_another_shape_is_refused_with_its_line(evaluate, line, said):
    ran = evaluate(f"prompts: [a]\nproviders: [echo]\n{line}\n")

    assert (ran.status, ran.document) == (2, None)
    assert said in ran.err
    assert "promptfooconfig.yaml:" in ran.err


@pytest.mark.parametrize("providers", ["[{id: echo, label: [a]}]", "[{id: echo, prompts: {a: b}}]"])
def test_a_provider_of_another_shape_is_refused(evaluate, providers):
    ran = evaluate(f"prompts: [a]\nproviders: {providers}\n")

    assert (ran.status, ran.document) == (2, None)


def test_a_value_of_another_type_than_its_assertion_takes_gives_no_verdict(evaluate):
    ran = evaluate("prompts: [a]\nproviders: [echo]\ntests: [{assert: [{type: is-json, value: 1.5}]}]\n")

    assert (ran.status, ran.passed) == (3, [False])
    assert "'value' of the grader 'is-json' is 1.5" in ran.rows[0]["error"]


def test_a_key_that_is_written_out_is_not_kept_with_the_run(evaluate, folder):
    ran = evaluate(
        "prompts: [a]\nproviders: [{id: echo, config: {auth: {token: tk-0123456}, note: 'Bearer abcdefgh'}}]\n"
    )

    kept = json.dumps(ran.document) + "".join(file.read_text("utf-8") for file in folder.rglob("plan.json"))
    assert "abcdefgh" not in kept
    assert "tk-0123456" not in kept
    assert ran.document["config"]["providers"][0]["config"]["auth"] == {"token": "***"}


@pytest.mark.parametrize("says", ["{'pass': True, 'score': 'high'}", "{'pass': True, 'score': None}"])
def test_a_scoring_function_without_a_score_gives_no_verdict(evaluate, says):
    ran = evaluate(
        "prompts: [a]\nproviders: [echo]\n"
        "tests: [{assert: [{type: contains, value: a}], assertScoringFunction: 'file://score.py:judge'}]\n",
        files={"score.py": f"def judge(named, context):\n    return {says}\n"},
    )

    assert (ran.status, ran.passed) == (3, [False])


def test_a_test_has_its_own_scoring_function(evaluate):
    ran = evaluate(
        "prompts: [a]\nproviders: [echo]\n"
        "tests: [{assert: [{type: contains, value: b, metric: m}], assertScoringFunction: 'file://score.py:judge'}]\n",
        files={
            "score.py": "def judge(named, context):\n    return {'pass': True, 'score': 0.4, 'reason': str(named)}\n"
        },
    )

    assert (ran.passed, ran.rows[0]["score"], ran.rows[0]["gradingResult"]["reason"]) == ([True], 0.4, "{'m': 0}")


def test_a_sequence_puts_its_inputs_to_the_columns_provider(evaluate):
    ran = evaluate(
        "prompts: ['p {{x}}']\nproviders: [echo]\n"
        "tests:\n- vars: {x: 1}\n"
        "  provider: {id: sequence, config: {inputs: ['first {{x}}', '{{prompt}}'], separator: '|'}}\n"
    )

    assert ran.outputs == ["first 1|p 1"]


@pytest.mark.parametrize(
    ("flags", "rows"),
    [
        (["--filter-first-n", "1"], [(0, "P a"), (1, "Q a")]),
        (["--filter-range", "1:2"], [(0, "P b"), (1, "Q b")]),
        (["--filter-pattern", "^se"], [(0, "P b"), (1, "Q b")]),
        (["--filter-metadata", "kind=odd", "--filter-prompts", "Q"], [(0, "Q a"), (0, "Q c")]),
        (["--filter-sample", "1", "--filter-sample-seed", "3", "--filter-prompts", "P"], [(0, "P a")]),
        (["--var", "x=z", "--filter-first-n", "1"], [(0, "P z"), (1, "Q z")]),
        (["-r", "echo", "--prompt-prefix", "> ", "-n", "1", "--filter-prompts", "^P"], [(0, "> P a")]),
    ],
)
def test_flags_choose_what_is_run(evaluate, flags, rows):
    ran = evaluate(
        """\
        prompts: ['P {{x}}', 'Q {{x}}']
        providers: [echo]
        tests:
          - {description: first, vars: {x: a}, metadata: {kind: odd}}
          - {description: second, vars: {x: b}, metadata: {kind: even}}
          - {description: third, vars: {x: c}, metadata: {kind: [odd, last]}}
        """,
        *flags,
    )

    assert [(row["promptIdx"], row["response"]["output"]) for row in ran.rows] == rows


@pytest.mark.parametrize("flags", [["--filter-prompts", "nobody"], ["--filter-pattern", "("], ["--filter-range", "x"]])
def test_a_filter_that_leaves_nothing_or_is_none_is_an_error(evaluate, flags):
    ran = evaluate(ECHO, *flags)

    assert (ran.status, ran.document) == (2, None)


def test_a_judge_without_a_verdict_fails_the_test_and_is_counted_as_an_error(evaluate, folder):
    ran = evaluate(
        "prompts: [a]\nproviders: [echo]\ntests: [{assert: [{type: llm-rubric, value: x, provider: 'file://away.py'}]}]\n",
        files={"away.py": "def call_api(prompt, options, context):\n    return {'error': 'away'}\n"},
    )
    (run_folder,) = (folder / ".assay" / "runs").iterdir()
    summary = json.loads((run_folder / "summary.json").read_bytes())

    assert (ran.status, ran.passed, ran.rows[0]["failureReason"]) == (3, [False], 1)
    assert (summary["variants"][0]["errors"], summary["variants"][0]["failed"]) == (1, 0)


def test_hooks_change_tests_before_they_run_and_results_after(evaluate):
    ran = evaluate(
        """\
        prompts: ['{{x}}']
        providers: [echo]
        extensions: ['file://hooks.js']
        tests: [{vars: {x: a}}]
        """,
        files={
            "hooks.js": """\
            module.exports = (hook, context) => {
              if (hook === 'beforeAll') {
                return { suite: { ...context.suite, tests: [...context.suite.tests, { vars: { x: 'added' } }] } };
              }
              if (hook === 'afterEach') {
                return { ...context, result: { ...context.result, namedScores: { hooked: 0.5 } } };
              }
              if (hook === 'afterAll' && context.results.length !== 2) throw new Error('not all results');
            };
            """
        },
    )

    assert ran.outputs == ["a", "added"]
    assert [row["namedScores"] for row in ran.rows] == [{"hooked": 0.5}] * 2


def test_perplexity_is_that_of_the_tokens_that_the_provider_tells(evaluate, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    with FakeProvider(FakeReply(text="a b", logprobs=(math.log(0.25), 0.0))) as fake:
        monkeypatch.setenv("OPENAI_BASE_URL", fake.base_url)
        ran = evaluate(
            """\
            prompts: [hi]
            providers: [{id: 'openai:chat:m', config: {logprobs: true}}]
            tests:
              - {assert: [{type: perplexity, threshold: 2.1}, {type: javascript, value: context.logProbs.length == 2}]}
              - {assert: [{type: perplexity, threshold: 1.9}]}
              - {assert: [{type: perplexity-score, threshold: 0.3}]}
            """
        )

    assert ran.passed == [True, False, True]


def test_what_did_not_pass_earlier_is_run_again(evaluate, folder):
    config = """\
        prompts: ['{{x}} {{y}}']
        providers: ['python:p.py']
        defaultTest: {vars: {y: z}, assert: [{type: not-contains, value: bad}]}
        tests:
          - {vars: {x: good}}
          - {vars: {x: bad}}
          - {vars: {x: [fine, broken]}}
    """
    code = "def call_api(prompt, o, c):\n    return {'error': 'no'} if 'broken' in prompt else {'output': prompt}\n"
    evaluate(config, files={"p.py": code})
    earlier = folder / "earlier.json"
    earlier.write_bytes((folder.parent / "out.json").read_bytes())

    def again(flag):
        return [row["vars"]["x"] for row in evaluate(config, flag, str(earlier)).rows]

    assert again("--filter-failing") == ["bad", "fine", "broken"]
    assert again("--filter-failing-only") == ["bad"]
    assert again("--filter-errors-only") == ["fine", "broken"]


def test_results_that_are_none_are_refused(evaluate, folder):
    (folder / "earlier.json").write_text("{}")
    ran = evaluate(ECHO, "--filter-failing", "earlier.json")

    assert (ran.status, ran.document) == (2, None)
    assert "earlier.json" in ran.err


TESTS = "prompts: [a]\nproviders: [echo]\ntests:\n"


@pytest.mark.parametrize(
    ("config", "line", "meant"),
    [
        ("prompts: [a]\nproviders: [echo]\ndefaultTests: {assert: []}\n", 3, "defaultTest"),
        (f"{TESTS}  - vars: {{x: 1}}\n    asserts: [{{type: equals, value: b}}]\n", 5, "assert"),
        (f"{TESTS}  - assertions: [{{type: equals, value: b}}]\n", 4, "assert"),
        (f"{TESTS}  - assert:\n    - type: equals\n      value: a\n      treshold: 1\n", 7, "threshold"),
    ],
)
def test_a_misspelt_key_ends_the_command_with_its_line(evaluate, config, line, meant):
    ran = evaluate(config)

    assert (ran.status, ran.document) == (2, None)
    assert f"promptfooconfig.yaml:{line}" in ran.err
    assert f"did you mean '{meant}'?" in ran.err


def test_a_key_that_is_like_no_other_is_a_warning(evaluate):
    ran = evaluate("prompts: [a]\nproviders: [echo]\nx-note: 1\n")

    assert ran.status == 0
    assert "the key 'x-note' is unknown and changes nothing" in ran.err


def test_a_key_whose_variable_is_not_set_is_told_by_the_variable(evaluate, monkeypatch):
    monkeypatch.delenv("FAKE_KEY", raising=False)
    ran = evaluate("""\
prompts: [a]
providers:
  - {id: 'openai:chat:m', config: {apiKey: '{{env.FAKE_KEY}}'}}
""")

    assert (ran.status, ran.document) == (2, None)
    assert "the environment variable FAKE_KEY is not set" in ran.err
    assert "promptfooconfig.yaml:3" in ran.err


@pytest.mark.parametrize("flags", [["--exit-codes", "promptfoo"], ["--exit-codes=promptfoo"], ["-n", "2"]])
def test_a_configuration_that_is_missing_is_told_as_that(evaluate, flags):
    ran = evaluate(None, "nope.yaml", *flags)

    assert ran.status == (2 if "-n" in flags else 1)
    assert "there is no configuration nope.yaml" in ran.err


@pytest.mark.parametrize(
    ("assertion", "file"),
    [
        ("{type: python, value: 'file://chekc.py'}", "chekc.py"),
        ("{type: is-json, value: 'file://none.json'}", "none.json"),
        ("{type: equals, value: x, transform: 'file://turn.js:last'}", "turn.js"),
        ("{type: contains-all, value: ['file://list.txt']}", "list.txt"),
        ("{type: assert-set, assert: [{type: javascript, value: 'file://no.js'}]}", "no.js"),
    ],
)
def test_a_file_of_an_assertion_that_is_missing_is_found_before_the_first_call(evaluate, assertion, file):
    ran = evaluate(f"{TESTS}  - vars: {{x: 1}}\n    assert: [{assertion}]\n")

    assert (ran.status, ran.document) == (2, None)
    assert f"there is no file {file}" in ran.err
    assert "promptfooconfig.yaml:4" in ran.err


def test_similarity_without_what_makes_vectors_is_found_before_the_first_call(evaluate, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # how Python itself marks what cannot be imported
    encoder._loaded.cache_clear()
    ran = evaluate(f"{TESTS}  - assert: [{{type: similar, value: b}}]\n")

    assert (ran.status, ran.document) == (2, None)
    assert "the assertion 'similar' has nothing that makes vectors" in ran.err
    assert "assay[embeddings]" in ran.err
