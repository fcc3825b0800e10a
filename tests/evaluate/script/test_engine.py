"""A configuration's code runs as Node would run it, sees its project and nothing else, and is stopped at its limits."""

import hashlib
import math
from pathlib import Path

import pytest

from assay.author.source import WorkingTree
from assay.core.errors import Unavailable
from assay.core.location import Location
from assay.evaluate.script.assets import library
from assay.evaluate.script.engine import Code, Engine, Instance
from assay.evaluate.script.types import UNDEFINED, Limits, ScriptFailed, ScriptStopped, Setting

LINE = Location("suite.yaml", 7)
QUICK = Setting(limits=Limits(time_s=0.2, memory_bytes=64_000_000, result_chars=100_000), env={"HOME": "nowhere"})


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(WorkingTree(tmp_path), QUICK)


def run(engine: Engine, body: str, *arguments: object) -> object:
    return engine.run(Code(body, ("output", "context")[: len(arguments)], LINE, "the assertion"), arguments)


def files(tmp_path: Path, **named: str) -> Engine:
    for name, text in named.items():
        stem, _, suffix = name.rpartition("_")
        path = tmp_path / f"{stem.replace('__', '/')}.{suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return Engine(WorkingTree(tmp_path), QUICK)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("return output + 1", "x1"),
        ("return null", None),
        ("return {a: undefined, b: NaN, c: () => 1, d: [undefined]}", {"b": None, "d": [None]}),
        ("return new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("return {m: new Map([[1, 2]]), s: new Set([1])}", {"m": {}, "s": {}}),
        ("return 'a\\0b\\ud800'", "a\0b�"),
        ("return '😀'.length", 2),
        ("return process.env.HOME", "nowhere"),
        ("return structuredClone({d: new Date(0), m: new Map([[1, [2]]])}).m.get(1)", [2]),
        ("return Buffer.from('é').toString('base64')", "w6k="),
        ("return new TextDecoder().decode(new TextEncoder().encode('é😀'))", "é😀"),
        ("return [3, 1, 10].sort().join() + [[1, [2]], , 3].flat().length", "1,10,33"),
        ("return require('path').join('a', '..', 'b', './c.txt')", "b/c.txt"),
        ("return require('node:util').format('%s=%d', 'a', 1)", "a=1"),
        ("return Promise.all([1, Promise.resolve(2)])", [1, 2]),
        ("return new Promise((done) => setTimeout(done, 3600000, 'waited'))", "waited"),
        ("return (async () => { await null; return output.length })()", 1),
        (
            "const u = new URL('../b?q=a b#h', 'https://Shop.org:443/x/y/'); return [u.href, u.searchParams.get('q')]",
            ["https://shop.org/x/b?q=a%20b#h", "a b"],
        ),
        ("return ['https://a.b', 'no url', 'https://'].map((u) => URL.canParse(u))", [True, False, False]),
        ("return new URLSearchParams({a: 'é &', b: 1}).toString()", "a=%C3%A9+%26&b=1"),
        ("return import('path').then((m) => m.default.basename('/a/b'))", "b"),
    ],
)
def test_values_are_those_of_node(engine, body, value):
    assert run(engine, body, "x") == value


def test_undefined_and_numbers_that_are_none_are_told_apart(engine):
    assert run(engine, "return") is UNDEFINED
    assert run(engine, "return () => 1") is UNDEFINED
    assert math.isnan(run(engine, "return NaN"))


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
@pytest.mark.parametrize("text", ["", "é", "x" * 55, "x" * 64, "x" * 1000])
def test_hashes_are_those_of_python(engine, name, text):
    found = run(engine, "return require('crypto').createHash(context).update(output).digest('hex')", text, name)

    assert found == hashlib.new(name, text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        ("for (;;);", "time"),
        ("return (async () => { for (;;) await null })()", "time"),
        ("setInterval(() => 1, 1); return new Promise(() => {})", "time"),
        ("return /(a+)+b/.test('a'.repeat(40))", "time"),
        ("let a = []; for (let i = 0; i < 50; i++) a = [a, a]; return a.flat(Infinity).length", "time"),
        ("return new Array(4000000000).indexOf(1)", "time"),
        ("return 'x'.repeat(2 ** 29)", "memory"),
        ("let s = 'x'; for (;;) s += s", "memory"),
        ("const a = []; for (;;) a.push({})", "memory"),
        ("return 'x'.repeat(200000)", "result"),
    ],
)
def test_what_does_not_end_is_stopped_by_the_name_of_its_limit(engine, body, limit):
    with pytest.raises(ScriptStopped, match=r"^suite.yaml:7: the assertion ") as stopped:
        run(engine, body)

    assert stopped.value.limit == limit
    assert stopped.value.code == f"script.{limit}"
    assert run(engine, "return 1") == 1


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("throw new TypeError('no')", "script.thrown", "TypeError: no"),
        ("throw 'a text'", "script.thrown", "a text"),
        ("\n\nnope()", "script.thrown", "on its line 3: ReferenceError: nope is not defined"),
        ("return Promise.reject(new Error('late'))", "script.thrown", "late"),
        ("function f() { return f() + 1 } return f()", "script.thrown", "Maximum call stack size exceeded"),
        ("return 10n", "script.thrown", "TypeError"),
        ("return 'a'.repeat(2e6).indexOf('a'.repeat(1e5) + 'b')", "script.thrown", "RangeError"),
        ("not js", "script.syntax", "cannot be read"),
        ("return new Promise(() => {})", "script.never", "a promise that nothing settles"),
        ("return fetch('http://example.org')", "script.thrown", "fetch is not available"),
        ("return process.exit(0)", "script.thrown", "process.exit is not available"),
        ("return require('fs').writeFileSync('a', 'b')", "script.thrown", "fs.writeFileSync is not available"),
        ("return require('child_process')", "script.module", "'child_process' cannot be required"),
        ("return require('lodash')", "script.module", "'lodash' cannot be required"),
        ("return require('fs').readFileSync('/etc/passwd', 'utf8')", "script.outside", "/etc/passwd lies outside"),
        ("return require('../secret.js')", "script.outside", "lies outside the project"),
        ("return import('file:///etc/passwd')", "script.outside", "lies outside the project"),
        ("try { require('../x') } catch { return 'hidden' }", None, "hidden"),
    ],
)
def test_what_goes_wrong_is_said_with_its_place(engine, body, code, said):
    if code is None:
        assert run(engine, body) == said
        return
    with pytest.raises(ScriptFailed) as failed:
        run(engine, body)

    assert failed.value.code == code
    assert said in str(failed.value)
    assert str(failed.value).startswith("suite.yaml:7: ")


def test_the_machine_is_not_in_reach_of_the_code(engine):
    names = run(
        engine, "return Object.getOwnPropertyNames(globalThis).filter((n) => /std|^os$|bjson|scriptArgs/.test(n))"
    )

    assert names == []
    assert run(engine, "return (function () {}).constructor('return typeof provided')()") == "undefined"


def test_a_link_out_of_the_project_is_refused(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "secret.js").write_text("module.exports = () => 'secret'")
    (tmp_path / "project/link.js").symlink_to(tmp_path / "secret.js")
    engine = Engine(WorkingTree(tmp_path / "project"))

    with pytest.raises(ScriptFailed, match="leads out of the project's folder") as failed:
        engine.call("link.js", None, [])

    assert failed.value.code == "script.outside"


def test_modules_of_both_kinds_see_each_other(tmp_path):
    engine = files(
        tmp_path,
        main_js="const {two, default: One} = require('./lib/es.mjs'); const data = require('./data'); let n = 0;\n"
        "module.exports = (x) => [x, two(), new One().id, data.k, ++n];",
        lib__es_mjs="import fs, { existsSync as has } from 'node:fs'; import * as path from 'path';\n"
        "import plain, { three } from './plain.cjs'\n"
        "export const four = 4, { a, b: [c] } = { a: 5, b: [6] };\n"
        "export function two() { return [plain.three, three, four, a, c, "
        "has(path.join(import.meta.dirname, 'plain.cjs'))]; }\n"
        "export default class One { id = 'one'; }\n"
        "export { two as deux }; export * from './more.js'; export * as more from './more.js';\n"
        "const text = `export ${`import ${1} }`} /*`, re = /[/`]export default/g; // export const no = 1\n",
        lib__plain_cjs="exports.three = 3",
        lib__more_js="export const extra = 7;",
        data_json='{"k": "v"}',
    )

    assert engine.call("main.js", None, ["x"]) == ["x", [3, 3, 4, 5, 6, True], "one", "v", 1]
    assert engine.call("main.js", None, ["y"])[-1] == 2
    found = engine.exports("lib/es.mjs")
    assert found == {"kind": "class", "names": ["four", "a", "c", "two", "default", "deux", "more", "extra"]}


def test_a_module_may_wait_outside_of_functions(tmp_path):
    engine = files(
        tmp_path,
        a_mjs="const one = await Promise.resolve(1);\nexport const add = (n) => n + one;",
        b_mjs="let found; if (true) { found = await import('./a.mjs'); }\nexport default async (n) => found.add(n);",
    )

    assert engine.call("a.mjs", "add", [1]) == 2
    assert engine.call("b.mjs", None, [2]) == 3


def test_a_failure_in_a_file_names_its_line(tmp_path):
    engine = files(tmp_path, a_js="const b = require('./b');\nmodule.exports = () => b();", b_mjs="")
    (tmp_path / "b.js").write_text("\n\nmodule.exports = () => {\n  missing.field;\n};\n")

    with pytest.raises(ScriptFailed, match="missing is not defined") as failed:
        engine.call("a.js", None, [])

    assert failed.value.where is not None
    assert Path(failed.value.where.file).name == "b.js"
    assert failed.value.where.line == 4


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("typed.ts", "is TypeScript"),
        ("gone.js", "cannot be read"),
        ("a.js:other", "exports no other"),
        ("n.json", "no function"),
    ],
)
def test_a_file_that_cannot_be_called_is_refused_by_name(tmp_path, name, said):
    engine = files(tmp_path, typed_ts="export default 1", a_js="exports.one = () => 1", n_json="5")
    file, _, export = name.partition(":")

    with pytest.raises(ScriptFailed, match=said):
        engine.call(file, export or None, [])


def test_an_object_keeps_its_state_between_calls(tmp_path):
    engine = files(
        tmp_path,
        p_mjs="const pause = (ms) => new Promise((done) => setTimeout(done, ms));\n"
        "export default class { constructor(o) { this.o = o; this.n = 0 }\n"
        "  id() { return this.o.id }\n  async callApi(p) { await pause(50); return { output: p + ++this.n } } }",
    )
    made = Instance("one", "p.mjs", None, ({"id": "me"},))

    assert engine.method(made, "id", []) == "me"
    assert [engine.method(made, "callApi", ["a"]) for _ in range(2)] == [{"output": "a1"}, {"output": "a2"}]
    assert engine.method(made, "missing", []) is UNDEFINED


def test_a_file_read_in_a_constructor_is_there(tmp_path):
    engine = files(tmp_path, p_js="const fs = require('fs'); module.exports = () => fs.readFileSync('log.txt', 'utf8')")
    (tmp_path / "log.txt").write_text("a line")

    assert engine.call("p.js", None, []) == "a line"


def test_a_configuration_with_functions_is_loaded_as_data(tmp_path):
    engine = files(tmp_path, c_cjs="module.exports = { tests: [{ n: 1 }, () => [2]], f: (x) => x + 1 }")

    assert engine.load("c.cjs") == {"tests": [{"n": 1}, {"$function": ["tests", 1]}], "f": {"$function": ["f"]}}
    assert engine.inner("c.cjs", ["f"], [4]) == 5


def test_the_console_is_kept(engine):
    run(engine, "console.log('a', {b: 1}); console.error(new Error('c'))")

    assert engine.take_log() == ['log: a {"b":1}', "error: Error: c"]
    assert engine.take_log() == []


def test_templates_are_those_of_nunjucks(tmp_path):
    (tmp_path / "shout.js").write_text("module.exports = (text) => text.toUpperCase() + '!'")
    (tmp_path / "part.txt").write_text("<{{ x }}>")
    engine = Engine(WorkingTree(tmp_path), Setting(env={"NAME": "e"}, filters={"shout": "shout.js"}))
    template = (
        "{{ x | shout }} {{ env.NAME }} {{ missing.a.b }} {{ ('{\"k\": [1]}' | load).k }}{% include 'part.txt' %}"
    )

    assert [engine.render(template, {"x": "a"}) for _ in range(2)] == ["A! e  1<a>"] * 2


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ x | nosuch }}", "filter not found: nosuch"),
        ("{% nosuch %}", "unknown block tag: nosuch"),
        ("{% include '../secret' %}", "lies outside the project"),
        ("{% include '/etc/passwd' %}", "lies outside the project"),
        ("{% for i in range(100000000) %}{{ i }}{% endfor %}", "needed more than 64 MB of memory"),
        ("{% for i in range(4000) %}{% for j in range(4000) %}{% endfor %}{% endfor %}", "took longer than 0.2 s"),
    ],
)
def test_a_template_that_fails_says_why(engine, tmp_path, template, said):
    if "memory" in said:  # how fast memory fills is the machine's; here it is the memory that shall run out
        limits = Limits(time_s=20.0, memory_bytes=64_000_000, result_chars=100_000)
        engine = Engine(WorkingTree(tmp_path), Setting(limits=limits))
    with pytest.raises(ScriptFailed, match=said) as failed:
        engine.render(template, {}, where=LINE)

    assert str(failed.value).startswith("suite.yaml:7: the template ")


def test_expressions_are_those_of_mathjs(engine):
    assert engine.calculate("a ^ 2 + (b > 1 ? 1 : 0)", {"a": 3, "b": 2}) == 10
    with pytest.raises(ScriptFailed, match="Undefined symbol"):
        engine.calculate("nosuch + 1", {})


def test_missing_scripts_are_one_clear_sentence(monkeypatch, tmp_path, engine):
    monkeypatch.setattr("assay.evaluate.script.assets.FOLDER", tmp_path)
    library.cache_clear()

    with pytest.raises(Unavailable, match=r"the script nunjucks\.min\.js is missing from the installed package"):
        engine.render("{{ x }}", {})
