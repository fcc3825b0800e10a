// One sample in full: the case, and the replies of all variants side by side. Whatever a model said is text here.

const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

// Controls, and marks that reorder the text around them, as signs that can be seen.
const visible = (text) => text.replaceAll("\r\n", "\n").replace(UNSEEN, (sign) => {
  const code = sign.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "␡" : `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
});

const shown = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
const count = (number) => number.toLocaleString("en");
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
const latency = (ms) =>
  ms === null ? "" : ms < 10 ? `${ms.toFixed(1)} ms` : ms < 999.5 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return element;
};

const named = (text) => make("bdi", {}, visible(text));
const statusSign = (status) =>
  make("span", { class: `status ${status}` }, make("span", { "aria-hidden": "true" }, MARKS[status] ?? ""), ` ${status}`);

const leftOut = (row, name) => {
  const number = row.cut?.[name];
  return number ? make("p", { class: "more" }, `${count(number)} more characters, in `, make("code", {}, "samples.jsonl"), ".") : null;
};

const textBox = (value, marked, tag) => {
  const box = make("pre", { class: "text", dir: "auto", tabindex: "0" });
  if (marked) box.append(...marked.map(([text, changed]) => (changed ? make(tag, {}, visible(text)) : visible(text))));
  else box.append(visible(shown(value)));
  return box;
};

const field = (label, value, row, name) => [
  make("h5", {}, ...label),
  value === null || value === undefined ? make("p", { class: "none" }, "The case does not say.") : textBox(value),
  leftOut(row, name),
];

const facts = (row) => {
  const found = [];
  if (row.latency_ms !== null) found.push(latency(row.latency_ms));
  if (row.first_token_ms !== null) found.push(`first token after ${latency(row.first_token_ms)}`);
  if (row.input_tokens !== null) found.push(`${count(row.input_tokens)} tokens in`);
  if (row.output_tokens !== null) found.push(`${count(row.output_tokens)} tokens out`);
  if (row.cost_usd !== null) found.push(Number(row.cost_usd) === 0 ? "$0" : `$${Number(Number(row.cost_usd).toPrecision(3))}`);
  if (row.finish !== null) found.push(`finish: ${row.finish}`);
  if (row.exit !== null) found.push(`exit: ${row.exit}`);
  if (row.fallback) found.push("fallback reply");
  if (row.valid !== null) {
    found.push(row.valid_first ? "contract kept at first try" : row.valid ? "contract kept after repair" : "contract broken");
  }
  if (row.attempts !== 1) found.push(plural(row.attempts, "attempt"));
  if (row.grading) found.push(`graded by ${plural(row.grading.calls ?? 0, "call")}`);
  return found.map(visible).join(" · ");
};

const verdict = (one) => {
  const status = one.error ? "error" : one.passed ? "passed" : "failed";
  const score = one.score === null || one.score === undefined ? null
    : make("span", { class: "nb" }, ` score ${Number(one.score.toPrecision(3))}`);
  const reason = one.error || one.reason;
  return make("li", {}, statusSign(status), " ", make("b", {}, named(one.grader)), score, reason ? ": " : null,
    reason ? named(reason) : null);
};

const bulleted = (title, items) => (items.length ? [make("h5", {}, title), make("ul", {}, items)] : []);

const named_scores = (row) =>
  Object.entries(row.named ?? {}).map(([name, value]) => make("li", {}, named(name), ` ${Number(Number(value).toPrecision(4))}`));

// A sample that is a whole conversation: who said what, and why it ended.
const talk = ({ messages, turns, ended }) => Array.isArray(messages) ? [
  make("h5", {}, `conversation of ${plural(turns, "turn")}: ${visible(ended)}`),
  make("ol", { class: "talk" }, messages.map(({ role, content }) => make("li", { class: role },
    make("span", { class: "role" }, role === "user" ? "user" : "reply"), textBox(content)))),
] : null;

const reply = (row, marked, tag, current) => make("div", { class: "side", ...(current ? { "aria-current": "true" } : {}) },
  make("h4", {}, named(row.variant), " ", statusSign(row.status)),
  row.output === null ? make("p", { class: "none" }, "There was no reply.")
    : row.output === "" ? make("p", { class: "none" }, "The reply was empty.") : textBox(row.output, marked, tag),
  leftOut(row, "output"),
  row.error ? [make("h5", {}, "error"), make("p", {}, named(`${row.error.code}: ${row.error.what}`))] : null,
  bulleted("verdicts", (row.verdicts ?? []).map(verdict)),
  bulleted("named scores", named_scores(row)),
  bulleted("violations of the contract", (row.violations ?? []).map((text) => make("li", {}, named(text)))),
  row.tool_calls?.length ? [make("h5", {}, "tool calls"), textBox(row.tool_calls), leftOut(row, "tool_calls")] : null,
  row.detail?.conversation ? talk(row.detail.conversation) : null,
  row.detail && !row.detail.conversation ? make("details", {}, make("summary", {}, "more of the graders"), textBox(row.detail), leftOut(row, "detail")) : null,
  make("p", { class: "facts" }, facts(row)),
  make("p", { class: "facts" }, "sample ", make("code", {}, row.sample.slice(0, 12))),
);

// Each reply with its marks: those of the reference against the one that was chosen, the others against the reference.
const marksOf = (rows, reference, chosen) => rows.map((row, i) => {
  const other = i === reference ? (chosen === reference ? rows.length - 1 : chosen) : reference;
  if (other === i || !row.output || !rows[other].output) return null;
  const [before, after] = i === reference ? [row, rows[other]] : [rows[other], row];
  const found = wordDiff(before.output, after.output);
  return found && found[i === reference ? 0 : 1];
});

// What the panel shows: `numbers` are the samples of the case, `rows` their rows, `at` the place of the one chosen.
const detailOf = (run, numbers, rows, { at, marking, reference, go, close, mark, compare }) => {
  const row = rows[at];
  const marks = marking && rows.length > 1 ? marksOf(rows, reference, at) : rows.map(() => null);
  const repeats = run.repeated ? run.repeats(numbers[at]) : [];
  const button = (label, keys, act) => make("button", { type: "button", click: act, "aria-keyshortcuts": keys }, label);
  return [
    make("div", { class: "bar" },
      make("h3", { tabindex: "-1" }, named(row.case), run.repeated ? make("small", {}, ` repeat ${row.repeat + 1}`) : null),
      button("Previous", "k", () => go(-1)), button("Next", "j", () => go(1)), button("Close", "Escape", close)),
    make("p", { class: "tags" }, Object.entries(row.tags).map(([name, value], i) => [i ? " · " : "", named(`${name}: ${value}`)])),
    repeats.length > 1 ? make("p", { class: "repeats" }, "Repeats: ", repeats.map((k) =>
      make("button", { type: "button", click: () => go(0, k), "aria-pressed": String(k === numbers[at]) },
        `${run.repeatOf(k) + 1} ${MARKS[run.statusOf(k)]}`))) : null,
    make("div", { class: "asked" },
      Object.entries(row.inputs).map(([name, value]) => make("div", { class: "side" }, field(["input ", named(name)], value, row, `inputs.${name}`))),
      make("div", { class: "side" }, field(["expected"], row.expected, row, "expected"))),
    rows.length > 1 ? make("div", { class: "bar choice" },
      make("label", {}, make("input", { type: "checkbox", checked: marking, change: (event) => mark(event.target.checked) }), " mark words that differ from"),
      make("select", { "aria-label": "Compare with", change: (event) => compare(event.target.value) },
        rows.map((one, i) => make("option", { value: one.variant, selected: i === reference }, visible(one.variant))))) : null,
    make("div", { class: "replies", role: "group", "aria-label": "Replies", tabindex: "0" },
      rows.map((one, i) => reply(one, marks[i], i === reference ? "del" : "ins", rows.length > 1 && i === at))),
  ].filter(Boolean);
};

// Marks what was searched for, without touching the texts; browsers that cannot are left as they are.
const markFound = (panel, text) => {
  if (!globalThis.Highlight || !CSS.highlights) return;
  CSS.highlights.delete("found");
  const wanted = text.trim().toLowerCase();
  if (!wanted) return;
  const ranges = [];
  const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, low = node.data.toLowerCase();
    if (low.length !== node.data.length) continue;  // places would not be the same
    for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, at + wanted.length)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      ranges.push(range);
    }
  }
  if (ranges.length) CSS.highlights.set("found", new Highlight(...ranges));
};
