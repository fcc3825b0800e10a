"use strict";
// Reading what the page carries: blocks of base64 that hold gzip that holds JSON, unpacked when they are needed.

const bytesOf = (base64) => {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};

const unpack = (id) => {
  const bytes = bytesOf(document.getElementById(id).textContent);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
};

// The blocks of rows stand behind the script, so that the list can be shown while they are still being parsed.
const wholePage = new Promise((done) => {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", done);
  else done();
});

const OFFSET = 48;
const CHUNKS_HELD = 24;
const STATUS = { p: "passed", f: "failed", e: "error", "-": "" };
const MARKS = { passed: "✓", failed: "✗", error: "!" };

class Run {
  static async load() {
    const [index, cases, glances] = await Promise.all(["index", "cases", "glances"].map(unpack));
    return new Run(JSON.parse(index), JSON.parse(cases), JSON.parse(glances));
  }

  constructor(index, cases, glances) {
    Object.assign(this, index);
    this.cases = cases;
    this.glances = glances;
    this.held = new Map();
    this.tagNames = this.tags.map(([name]) => name);
    this.tagValues = this.tags.map(([, ...values]) => values);
    this.repeated = this.repeat.some((one) => one > 0);
    this.group = new Uint32Array(this.rows);
    for (let i = 0, group = -1; i < this.rows; i++) this.group[i] = this.begins[i] === "1" ? ++group : group;
  }

  caseOf(i) { return this.cases[this.group[i]]; }
  repeatOf(i) { return this.repeat[this.group[i]]; }
  statusOf(i) { return STATUS[this.status[i]]; }
  variantCode(i) { return this.variant.charCodeAt(i) - OFFSET; }
  variantOf(i) { return this.variants[this.variantCode(i)]; }

  // The samples of the same case and repeat, in the order of the variants.
  siblings(i) {
    const group = this.group[i];
    let first = i, last = i;
    while (first > 0 && this.group[first - 1] === group) first--;
    while (last + 1 < this.rows && this.group[last + 1] === group) last++;
    return Array.from({ length: last - first + 1 }, (_, k) => first + k);
  }

  // The same case and variant in its other repeats.
  repeats(i) {
    const found = [];
    const mine = this.caseOf(i);
    let first = i;
    while (first > 0 && this.caseOf(first - 1) === mine) first--;
    for (let k = first; k < this.rows && this.caseOf(k) === mine; k++) {
      if (this.variant[k] === this.variant[i]) found.push(k);
    }
    return found;
  }

  chunkOf(i) {
    let low = 0, high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= i) low = middle; else high = middle - 1;
    }
    return low;
  }

  async chunk(number) {
    let lines = this.held.get(number);
    if (!lines) {
      await wholePage;
      lines = unpack(`rows-${number}`).then((text) => text.split("\n"));
    }
    this.held.delete(number);
    this.held.set(number, lines);
    if (this.held.size > CHUNKS_HELD) this.held.delete(this.held.keys().next().value);
    return lines;
  }

  async row(i) {
    const number = this.chunkOf(i);
    const lines = await this.chunk(number);
    return JSON.parse(lines[i - this.starts[number]]);
  }

  // Looks through the whole text of the samples in `among`, chunk by chunk; `found` gets numbers as they are found.
  async search(wanted, among, { found, going }) {
    const needle = JSON.stringify(wanted).slice(1, -1).toLowerCase();
    await wholePage;
    for (let number = 0; number < this.starts.length; number++) {
      const start = this.starts[number];
      const end = this.starts[number + 1] ?? this.rows;
      if (!among.subarray(start, end).some(Boolean)) continue;
      const text = (await unpack(`rows-${number}`)).toLowerCase();
      if (!going()) return;
      const hits = [];
      let line = 0, lineStart = 0, lineEnd = text.indexOf("\n");
      for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at)) {
        while (lineEnd >= 0 && lineEnd < at) {
          line++;
          lineStart = lineEnd + 1;
          lineEnd = text.indexOf("\n", lineStart);
        }
        const stop = lineEnd < 0 ? text.length : lineEnd;
        if (among[start + line] && holds(JSON.parse(text.slice(lineStart, stop)), wanted)) hits.push(start + line);
        at = stop;
      }
      found(hits, (end / this.rows));
    }
  }
}

// Whether a text within the value, at any depth, holds the words; names of keys do not count.
const holds = (value, wanted) =>
  typeof value === "string" ? value.includes(wanted)
    : value !== null && typeof value === "object" && Object.values(value).some((one) => holds(one, wanted));
