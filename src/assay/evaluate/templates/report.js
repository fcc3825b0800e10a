// The page comes alive: the list of samples with its filters, the panel below it, keys, and the address that holds it all.

const REFRESH_MS = 80;
const SORTS = ["outcome", "case", "variant", "score", "latency"];
const FACETS = ["outcome", "variant", "flip", "grader", "slice", "text"];
const ALL = { outcome: "", variant: "", flip: "", grader: "", slice: "", text: "", sort: "", sample: "" };

class Explorer {
  constructor(run) {
    this.run = run;
    this.form = document.getElementById("filter");
    this.grid = document.getElementById("grid");
    this.panel = document.getElementById("detail");
    this.help = document.getElementById("help");
    this.matching = document.getElementById("matching");
    this.state = { ...ALL };
    this.order = new Uint32Array(0);
    this.marking = true;
    this.reference = run.sides?.[0] ?? null;
    this.options();
    this.list = new List(this.grid, {
      draw: (line, place) => this.draw(line, place),
      chosen: (place) => this.choose(place, true),
      total: run.rows,
    });
    this.listen();
  }

  // What the filters offer; the numbers behind each follow when they are counted.
  options() {
    const { run } = this;
    this.counted = [];
    const offer = (name, entries) => {
      const select = this.form.elements[name];
      select.replaceChildren(make("option", { value: "" }, "all"), ...entries);
      select.closest("label").hidden = entries.length === 0;
    };
    const option = (facet, code, value, label) => {
      const element = make("option", { value }, label);
      this.counted.push({ element, facet, code, label });
      return element;
    };
    offer("outcome", ["passed", "failed", "error"].map((status) => option("outcome", status[0], status, `${MARKS[status]} ${status}`)));
    offer("variant", run.variants.length < 2 ? [] : run.variants.map((name, i) => option("variant", i, name, visible(name))));
    offer("flip", !run.sides ? [] : [["lost", "✗ lost"], ["gained", "✓ gained"]].map(([value, label]) => option("flip", value[0], value, label)));
    offer("grader", run.graders.map((name, g) => make("optgroup", { label: visible(name) },
      ["passed", "failed", "error"].map((status) => option("grader", `${g}${status[0]}`, `${name}:${status}`, `${visible(name)} ${status}`)))));
    offer("slice", run.tagNames.map((name, t) => make("optgroup", { label: visible(name) },
      run.tagValues[t].map((value, v) => option("slice", `${t}.${v + 1}`, `${name}:${value}`, visible(`${name}: ${value}`))))));
  }

  // --- filtering ---

  // For each facet that is set, a test of a sample's number.
  tests() {
    const { run, state } = this;
    const tests = {};
    if (state.outcome) tests.outcome = (i) => run.status[i] === state.outcome[0];
    if (state.variant) {
      const code = String.fromCharCode(run.variants.indexOf(state.variant) + OFFSET);
      tests.variant = (i) => run.variant[i] === code;
    }
    if (state.flip) tests.flip = (i) => run.flip[i] === state.flip[0];
    if (state.grader) {
      const cut = state.grader.lastIndexOf(":");
      const column = run.verdicts[run.graders.indexOf(state.grader.slice(0, cut))] ?? "";
      const wanted = state.grader.slice(cut + 1)[0];
      tests.grader = (i) => column[i] === wanted;
    }
    if (state.slice) {
      const [tag, value] = this.sliceOf(state.slice);
      const column = run.tag[tag] ?? "";
      tests.slice = (i) => column.charCodeAt(run.group[i]) === value;
    }
    if (state.text) tests.text = (i) => this.hits[i] === 1;
    return tests;
  }

  sliceOf(text) {
    for (let t = 0; t < this.run.tagNames.length; t++) {
      const name = this.run.tagNames[t];
      const v = text.startsWith(`${name}:`) ? this.run.tagValues[t].indexOf(text.slice(name.length + 1)) : -1;
      if (v >= 0) return [t, OFFSET + v + 1];
    }
    return [-1, -1];
  }

  // The samples that pass every test, and how many there would be under each other choice.
  apply() {
    const { run } = this;
    const set = this.tests();
    const tests = FACETS.map((facet) => set[facet]);
    const shownOf = new Uint32Array(run.rows);
    const tallies = { outcome: new Tally(), variant: new Tally(), flip: new Tally(), grader: new Tally(), slice: new Tally() };
    let n = 0;
    for (let i = 0; i < run.rows; i++) {
      let missed = 0;
      for (let f = 0; f < 6 && (missed & (missed - 1)) === 0; f++) if (tests[f] && !tests[f](i)) missed |= 1 << f;
      if (missed === 0) shownOf[n++] = i;
      if ((missed & (missed - 1)) === 0) this.count(tallies, i, missed);
    }
    this.order = this.sorted(shownOf.subarray(0, n));
    this.tallies = tallies;
    this.label();
    const at = this.state.sample ? this.order.indexOf(Number(this.state.sample) - 1) : -1;
    this.list.show(n, at);
    document.getElementById("nothing").hidden = n > 0;
  }

  // A sample that misses one facet alone counts for the choices of that facet, one that misses none for all.
  count(tallies, i, missed) {
    const { run } = this;
    if (!missed || missed === 1) tallies.outcome.add(run.status[i]);
    if (!missed || missed === 2) tallies.variant.add(run.variantCode(i));
    if (!missed || missed === 4) tallies.flip.add(run.flip[i]);
    if (!missed || missed === 8) for (let g = 0; g < run.verdicts.length; g++) tallies.grader.addIn(g, run.verdicts[g].charCodeAt(i));
    if (!missed || missed === 16) for (let t = 0; t < run.tag.length; t++) tallies.slice.addIn(t, run.tag[t].charCodeAt(run.group[i]));
    if (!missed) tallies.shown = (tallies.shown ?? new Tally()).add(run.status[i]);
  }

  label() {
    const { tallies, run } = this;
    for (const { element, facet, code, label } of this.counted) {
      const tally = tallies[facet];
      let number;
      if (facet === "grader") number = tally.of(Number(code.slice(0, -1)), code.at(-1).charCodeAt(0));
      else if (facet === "slice") number = tally.of(Number(code.split(".")[0]), OFFSET + Number(code.split(".")[1]));
      else number = tally.get(code);
      const text = `${label} (${count(number)})`;
      if (element.textContent !== text) element.textContent = text;
      const empty = number === 0 ? "none" : "";
      if (element.className !== empty) element.className = empty;
    }
    const by = tallies.shown ?? new Tally();
    const parts = Object.entries(MARKS).map(([status, mark]) => `${count(by.get(status[0]))} ${mark}`);
    const searching = this.progress < 1 ? `, searching ${Math.round(100 * this.progress)} %` : "";
    this.matching.textContent = `${count(this.order.length)} of ${count(run.rows)} shown: ${parts.join("  ")}${searching}`;
  }

  sorted(numbers) {
    const { run } = this;
    const [name, direction] = this.state.sort.split(".");
    const sign = direction === "down" ? -1 : 1;
    for (const head of this.grid.querySelectorAll("[role=columnheader]")) {
      const mine = head.querySelector("button")?.dataset.sort === name;
      head.setAttribute("aria-sort", mine ? (sign > 0 ? "ascending" : "descending") : "none");
    }
    if (!SORTS.includes(name)) return numbers;
    const key = this.keyOf(name);
    const keys = new Float64Array(run.rows);
    for (const i of numbers) {
      const value = key(i);
      keys[i] = value === null ? Infinity : sign * value;  // what is not known stands last either way
    }
    return numbers.slice().sort((a, b) => keys[a] - keys[b] || a - b);
  }

  keyOf(name) {
    const { run } = this;
    if (name === "outcome") return (i) => "efp".indexOf(run.status[i]);
    if (name === "variant") return (i) => run.variantCode(i);
    if (name === "score") return (i) => run.score[i];
    if (name === "latency") return (i) => run.latency[i];
    this.ranks ??= ranksOf(run.cases);
    return (i) => this.ranks[run.group[i]];
  }

  // --- searching ---

  async search(text) {
    const { run } = this;
    const wanted = text.toLowerCase();
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const narrower = this.searched && this.progress === 1 && wanted.includes(this.searched);
    const among = narrower ? this.hits : new Uint8Array(run.rows).fill(1);
    this.hits = new Uint8Array(run.rows);
    this.searched = wanted;
    this.progress = wanted ? 0 : 1;
    if (!wanted) return this.apply();
    for (let i = 0; i < run.rows; i++) {
      if (among[i] && (run.glances[i].toLowerCase().includes(wanted) || run.caseOf(i).toLowerCase().includes(wanted))) this.hits[i] = 1;
    }
    this.apply();
    const { hits } = this;
    let refreshed = performance.now();
    await run.search(wanted, among, {
      going: () => turn === this.turn,
      found: (numbers, share) => {
        for (const i of numbers) hits[i] = 1;
        this.progress = share;
        if (performance.now() - refreshed < REFRESH_MS) return;
        this.apply();
        refreshed = performance.now();
      },
    });
    if (turn !== this.turn) return;
    this.progress = 1;
    this.apply();
    markFound(this.panel, this.state.text);
  }

  // --- the list and the panel ---

  draw(line, place) {
    const { run } = this;
    const i = this.order[place];
    if (line.sample === i) return;
    line.sample = i;
    if (!line.cells) {
      line.cells = ["outcome", "case", "variant", "reply", "flip", "score", "latency"].map((name) =>
        line.appendChild(make("span", { role: "gridcell", class: name, dir: name === "reply" || name === "case" ? "auto" : null })));
    }
    const status = run.statusOf(i);
    const flip = { g: "gained", l: "lost" }[run.flip[i]] ?? "";
    const repeat = run.repeated ? ` · ${run.repeatOf(i) + 1}` : "";
    const score = run.score[i];
    const texts = [`${MARKS[status]} ${status}`, visible(run.caseOf(i)) + repeat, visible(run.variantOf(i)), visible(run.glances[i]),
      flip, score === null ? "" : score.toFixed(2), latency(run.latency[i])];
    line.cells.forEach((cell, k) => { if (cell.textContent !== texts[k]) cell.textContent = texts[k]; });
    line.cells[0].className = `outcome ${status}`;
    line.cells[4].className = `flip-mark ${flip}`;
  }

  choose(place, open) {
    if (place < 0 || place >= this.order.length) return;
    this.state.sample = String(this.order[place] + 1);
    if (open) this.opened = true;
    this.list.choose(place);
    this.remember();
    if (this.opened) this.openPanel();
  }

  step(by) {
    const at = this.list.at;
    this.choose(at < 0 ? (by > 0 ? 0 : this.order.length - 1) : Math.min(Math.max(at + by, 0), this.order.length - 1));
  }

  stepFlip(by) {
    for (let place = this.list.at < 0 && by < 0 ? this.order.length - 1 : this.list.at + by; place >= 0 && place < this.order.length; place += by) {
      if (this.run.flip[this.order[place]] !== "-") return this.choose(place);
    }
  }

  stepRepeat(by) {
    if (!this.state.sample) return;
    const found = this.run.repeats(Number(this.state.sample) - 1);
    const next = found[found.indexOf(Number(this.state.sample) - 1) + by];
    if (next !== undefined) this.visit(next);
  }

  // A sample by its number, whether the filters show it or not.
  visit(i) {
    this.state.sample = String(i + 1);
    this.opened = true;
    this.list.choose(this.order.indexOf(i));
    this.remember();
    return this.openPanel();
  }

  async openPanel() {
    const { run } = this;
    const chosen = Number(this.state.sample) - 1;
    if (!(chosen >= 0 && chosen < run.rows)) return;
    const numbers = run.siblings(chosen);
    const rows = await Promise.all(numbers.map((i) => run.row(i)));
    if (Number(this.state.sample) - 1 !== chosen || !this.opened) return;
    const again = () => this.openPanel();
    const reference = Math.max(0, rows.findIndex((row) => row.variant === this.reference));
    const focused = this.panel.contains(document.activeElement) ? document.activeElement.textContent : null;
    this.panel.replaceChildren(...detailOf(run, numbers, rows, {
      at: numbers.indexOf(chosen), marking: this.marking, reference,
      go: (by, i) => (i === undefined ? this.step(by) : this.visit(i)),
      close: () => this.closePanel(),
      mark: (yes) => { this.marking = yes; again(); },
      compare: (name) => { this.reference = name; again(); },
    }));
    this.panel.hidden = false;
    for (const box of this.panel.querySelectorAll(".replies .text")) toFirstMark(box);
    markFound(this.panel, this.state.text);
    this.grid.classList.add("short");
    if (focused !== null) ([...this.panel.querySelectorAll("button")].find((one) => one.textContent === focused) ?? this.panel.querySelector("h3")).focus();
    this.list.choose(this.list.at);
  }

  closePanel() {
    this.opened = false;
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.grid.classList.remove("short");
    this.grid.focus({ preventScroll: true });
  }

  // --- the address ---

  remember() {
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => {
      const set = Object.entries(this.state).filter(([name, value]) => value && (name !== "sample" || this.opened));
      const query = new URLSearchParams(set).toString();
      history.replaceState(null, "", query ? `#samples?${query}` : "#samples");
    }, 150);
  }

  async recall() {
    const hash = location.hash.slice(1);
    const sample = /^sample-(\d+)$/.exec(hash)?.[1];
    if (sample) {
      await this.visit(Number(sample) - 1);
      this.panel.scrollIntoView({ block: "center" });
      return;
    }
    const found = Object.fromEntries(new URLSearchParams(/^samples\?(.*)$/.exec(hash)?.[1] ?? ""));
    const before = this.state.text;
    for (const name of Object.keys(ALL)) this.state[name] = found[name] ?? "";
    for (const name of FACETS) {
      this.form.elements[name].value = this.state[name];
      this.state[name] = this.form.elements[name].value;  // what is not offered is not set
    }
    if (this.state.text !== before || this.state.text) this.search(this.state.text.trim());
    else this.apply();
    if (this.state.sample) await this.visit(Number(this.state.sample) - 1);
    if (hash.startsWith("samples?")) document.getElementById("samples").scrollIntoView();
  }

  // --- events ---

  listen() {
    this.form.addEventListener("input", (event) => {
      const { name, value } = event.target;
      this.state[name] = value;
      if (name === "text") this.search(value.trim()); else this.apply();
      this.remember();
    });
    this.form.addEventListener("submit", (event) => event.preventDefault());
    for (const one of [document.getElementById("reset"), ...this.grid.querySelectorAll(".plain")]) one.addEventListener("click", () => this.reset());
    document.getElementById("keys").addEventListener("click", () => this.help.showModal());
    this.grid.querySelector(".heads").addEventListener("click", (event) => {
      const name = event.target.closest("[data-sort]")?.dataset.sort;
      if (!name) return;
      const before = this.state.sort;
      const worst = name === "latency" ? [`${name}.down`, name] : [name, `${name}.down`];
      this.state.sort = before === worst[0] ? worst[1] : before === worst[1] ? "" : worst[0];
      this.apply();
      this.remember();
    });
    addEventListener("hashchange", () => this.recall());
    document.addEventListener("click", (event) => {
      const link = event.target instanceof Element && event.target.closest('a[href^="#sample"]');
      if (link && link.getAttribute("href") === location.hash) this.recall();
    });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  reset() {
    Object.assign(this.state, ALL, { sample: this.state.sample });
    this.form.reset();
    this.search("");
    this.remember();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.help.open) return;
    const { key, target } = event;
    if (target.closest("input, select, textarea")) {
      if (key === "Escape" && target.name === "text") {
        this.grid.focus();
        event.preventDefault();
      }
      return;
    }
    const onGrid = target === this.grid;
    const act = this.anywhere(key) ?? (onGrid ? this.onGrid(key) : null);
    if (!act) return;
    event.preventDefault();
    act();
  }

  anywhere(key) {
    return {
      j: () => this.step(1),
      k: () => this.step(-1),
      n: () => this.stepFlip(1),
      p: () => this.stepFlip(-1),
      "[": () => this.stepRepeat(-1),
      "]": () => this.stepRepeat(1),
      "/": () => this.form.elements.text.focus(),
      "?": () => this.help.showModal(),
      Escape: this.opened ? () => this.closePanel() : undefined,
    }[key];
  }

  onGrid(key) {
    const last = this.order.length - 1;
    return {
      ArrowDown: () => this.step(1),
      ArrowUp: () => this.step(-1),
      PageDown: () => this.step(this.list.fit),
      PageUp: () => this.step(-this.list.fit),
      Home: () => this.choose(0),
      End: () => this.choose(last),
      Enter: () => (this.opened ? this.closePanel() : this.choose(Math.max(this.list.at, 0), true)),
    }[key];
  }
}

// Scrolls a long reply to the first word that differs.
const toFirstMark = (box) => {
  const mark = box.querySelector("del, ins");
  const at = mark ? mark.offsetTop - box.offsetTop : 0;
  if (at + mark?.offsetHeight > box.clientHeight) box.scrollTop = at - box.clientHeight / 3;
};

// Counts by code, or by group and code.
class Tally {
  constructor() { this.counts = new Map(); this.groups = []; }
  add(code) { this.counts.set(code, (this.counts.get(code) ?? 0) + 1); return this; }
  get(code) { return this.counts.get(code) ?? 0; }
  addIn(group, code) { (this.groups[group] ??= new Uint32Array(256))[code]++; }
  of(group, code) { return this.groups[group]?.[code] ?? 0; }
}

// The place of each text in alphabetical order, digits by their number; equal texts share one.
const ranksOf = (texts) => {
  const order = Array.from(texts.keys());
  const { compare } = new Intl.Collator("en", { numeric: true });
  order.sort((a, b) => compare(texts[a], texts[b]));
  const ranks = new Uint32Array(texts.length);
  order.forEach((at, place) => { ranks[at] = place && texts[at] === texts[order[place - 1]] ? ranks[order[place - 1]] : place; });
  return ranks;
};

(async () => {
  const explorer = document.getElementById("explorer");
  if (!explorer) return;
  if (!("DecompressionStream" in globalThis)) {
    document.getElementById("too-old").hidden = false;
    document.getElementById("unscripted").hidden = true;
    return;
  }
  const run = await Run.load();
  explorer.hidden = false;
  document.documentElement.classList.add("scripted-page");
  for (const one of document.querySelectorAll(".scripted")) one.hidden = false;
  const found = new Explorer(run);
  found.progress = 1;
  found.apply();
  performance.mark("assay-first-row");
  await found.recall();
})();
