// The surroundings of a configuration's code: modules, console, timers, and what of Node can be given without the machine.
// Evaluated once in each engine; answers the functions that Python calls. The engine cannot call Python while it counts
// time. So what is not known yet, such as a file's text, is noted as needed, the call is given up, and begun anew when
// Python has provided it.
(function (settingJson) {
  'use strict';
  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const MAX_LOG_LINES = 200;
  const MAX_LOG_CHARS = 500;
  const PENDING = 'pending';
  const THROWN = 'thrown';
  const UNDEFINED = 'undefined';
  const NEEDS = 'needs';
  const { env, root, folder, resultChars } = parse(settingJson);

  const provided = new Map();
  let needs = [];
  const host = (...question) => {
    const key = question.join('\n');
    if (provided.has(key)) return provided.get(key);
    needs.push(question);
    throw new Error(`waiting for ${key}`);
  };

  // ---- What runs on in native code for very long, where the engine cannot be interrupted, is written anew or refused.

  const hide = (object, name, value) =>
    Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });

  function boundSearch(name) {
    const original = String.prototype[name];
    hide(String.prototype, name, {
      [name](what, second) {
        if (this != null && typeof what === 'string' && what.length > 16 && this.length * what.length > 1e10) {
          throw new RangeError(`String.prototype.${name}: a search for ${what.length} characters in ${this.length}`);
        }
        return arguments.length < 2 ? apply(original, this, [what]) : apply(original, this, [what, second]);
      },
    }[name]);
  }
  ['indexOf', 'lastIndexOf', 'includes', 'split', 'replace', 'replaceAll'].forEach(boundSearch);

  function flatten(list, depth, found) {
    for (const item of list) {
      if (depth > 0 && Array.isArray(item)) flatten(item, depth - 1, found);
      else found.push(item);
    }
    return found;
  }
  hide(Array.prototype, 'flat', function flat(depth = 1) {
    return flatten(Array.from(this).filter((_, i) => i in this), Number(depth) || 0, []);
  });

  const byText = (a, b) => {
    const x = String(a);
    const y = String(b);
    return x < y ? -1 : x > y ? 1 : 0;
  };
  for (const name of ['sort', 'toSorted']) {
    const original = Array.prototype[name];
    hide(Array.prototype, name, { [name](compare) { return apply(original, this, [compare ?? byText]); } }[name]);
  }

  // ---- console

  let log = [];
  const shown = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    try {
      return stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const writer = (level) => (...values) => {
    if (log.length < MAX_LOG_LINES) log.push(`${level}: ${values.map(shown).join(' ').slice(0, MAX_LOG_CHARS)}`);
  };
  const console = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'assert', 'time', 'timeEnd',
    'group', 'groupEnd', 'count']) console[level] = writer(level);

  // ---- timers, in virtual time: nothing waits, and what is due first runs first

  let timers = [];
  let clock = 0;
  let lastTimer = 0;
  const addTimer = (callback, delay, args, every) => {
    if (typeof callback !== 'function') throw new TypeError('a timer needs a function');
    const wait = Math.max(1, Number(delay) || 0);
    timers.push({ id: ++lastTimer, due: clock + wait, callback, args, every: every ? wait : 0 });
    return lastTimer;
  };
  const clearTimer = (id) => {
    timers = timers.filter((timer) => timer.id !== Number(id));
  };
  const runTimer = () => {
    if (timers.length === 0) return false;
    const next = timers.reduce((a, b) => (b.due < a.due ? b : a));
    clock = next.due;
    if (next.every) next.due += next.every;
    else timers.splice(timers.indexOf(next), 1);
    next.callback(...next.args);
    return true;
  };

  // ---- small parts of the web and of Node

  const refused = (name) => () => {
    throw new Error(`${name} is not available: a configuration's code has no access to the machine or the network`);
  };

  function utf8(text) {
    const bytes = [];
    for (const character of String(text).toWellFormed()) {
      const c = character.codePointAt(0);
      if (c < 0x80) bytes.push(c);
      else if (c < 0x800) bytes.push(0xc0 | (c >> 6), 0x80 | (c & 63));
      else if (c < 0x10000) bytes.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
      else bytes.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
    }
    return Uint8Array.from(bytes);
  }
  const binary = (bytes) => {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  };
  const fromUtf8 = (bytes) => {
    const marks = Array.from(bytes, (byte) => '%' + byte.toString(16).padStart(2, '0')).join('');
    try {
      return decodeURIComponent(marks);
    } catch {
      return binary(bytes);
    }
  };
  class TextEncoder {
    get encoding() { return 'utf-8'; }
    encode(text = '') { return utf8(text); }
  }
  class TextDecoder {
    get encoding() { return 'utf-8'; }
    decode(bytes = []) { return fromUtf8(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes); }
  }

  class Buffer extends Uint8Array {
    static from(value, encoding = 'utf8') {
      if (typeof value !== 'string') return apply(Uint8Array.from, Buffer, [value]);
      if (encoding === 'base64' || encoding === 'base64url') {
        const plain = atob(value.replaceAll('-', '+').replaceAll('_', '/'));
        return apply(Uint8Array.from, Buffer, [plain, (c) => c.charCodeAt(0)]);
      }
      if (encoding === 'hex') {
        return apply(Uint8Array.from, Buffer, [value.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)]);
      }
      return apply(Uint8Array.from, Buffer, [utf8(value)]);
    }
    static isBuffer(value) { return value instanceof Buffer; }
    static byteLength(text) { return utf8(text).length; }
    toString(encoding = 'utf8') {
      if (encoding === 'base64') return btoa(binary(this));
      if (encoding === 'base64url') {
        return btoa(binary(this)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
      }
      if (encoding === 'hex') return Array.from(this, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return fromUtf8(this);
    }
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
  }

  const plus = (text) => encodeURIComponent(text).replace(/%20/g, '+').replace(/[!'()~]/g, (c) => '%' + c.charCodeAt(0).toString(16));
  const unplus = (text) => {
    const plain = text.replaceAll('+', ' ');
    try {
      return decodeURIComponent(plain);
    } catch {
      return plain;
    }
  };
  class URLSearchParams {
    #pairs;
    constructor(from = '') {
      if (typeof from === 'string') {
        const parts = from.replace(/^\?/, '').split('&').filter(Boolean);
        this.#pairs = parts.map((part) => [part, '', ...part.split(/=(.*)/s)].slice(2, 4).map((x) => unplus(x ?? '')));
        this.#pairs = this.#pairs.map(([key, value = '']) => [key, value]);
      } else {
        this.#pairs = [...(typeof from[Symbol.iterator] === 'function' ? from : Object.entries(from))].map(([k, v]) => [`${k}`, `${v}`]);
      }
    }
    get size() { return this.#pairs.length; }
    get(key) { return this.#pairs.find(([k]) => k === key)?.[1] ?? null; }
    getAll(key) { return this.#pairs.filter(([k]) => k === key).map(([, v]) => v); }
    has(key) { return this.#pairs.some(([k]) => k === key); }
    append(key, value) { this.#pairs.push([`${key}`, `${value}`]); }
    delete(key) { this.#pairs = this.#pairs.filter(([k]) => k !== key); }
    set(key, value) {
      const at = this.#pairs.findIndex(([k]) => k === key);
      if (at < 0) this.append(key, value);
      else this.#pairs = this.#pairs.filter(([k], i) => k !== key || i === at).map((p, i) => (i === at ? [key, `${value}`] : p));
    }
    sort() { this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); }
    forEach(f) { for (const [k, v] of this.#pairs) f(v, k, this); }
    keys() { return this.#pairs.map(([k]) => k).values(); }
    values() { return this.#pairs.map(([, v]) => v).values(); }
    entries() { return this.#pairs.map((pair) => [...pair]).values(); }
    [Symbol.iterator]() { return this.entries(); }
    toString() { return this.#pairs.map(([k, v]) => `${plus(k)}=${plus(v)}`).join('&'); }
  }

  const escaped = (text) => text.replace(/[^\x21-\x7e]|["<>`{}]/gu, encodeURIComponent); // what is escaped already stays
  const PORTS = { 'http:': '80', 'https:': '443', 'ftp:': '21', 'ws:': '80', 'wss:': '443' };
  class URL {
    constructor(text, base) {
      const own = /^([a-z][a-z0-9+.-]*:)(?:\/\/([^/?#\\]*))?([^?#]*)(\?[^#]*)?(#.*)?$/is.exec(String(text).trim());
      if (!own) {
        if (base === undefined) throw new TypeError(`Invalid URL: ${text}`);
        const { protocol, host, pathname, search } = new URL(base);
        const [, path, query, hash] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(String(text).trim());
        const folder = pathname.slice(0, pathname.lastIndexOf('/') + 1);
        const joined = path.startsWith('//') ? `${protocol}${path}` : `${protocol}//${host}${path.startsWith('/') ? path : path ? folder + path : pathname}`;
        return new URL(`${joined}${query ?? (path ? '' : search)}${hash ?? ''}`);
      }
      this.protocol = own[1].toLowerCase();
      const special = this.protocol in PORTS;
      const [, user, secret, name, port] = /^(?:([^:@]*)(?::([^@]*))?@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?$/s.exec(own[2] ?? '') ?? [];
      if ((special && !name) || name === undefined || /[\s<>^|%]/.test(name) || Number(port) > 65535) {
        throw new TypeError(`Invalid URL: ${text}`);
      }
      this.username = user ?? '';
      this.password = secret ?? '';
      this.hostname = special ? name.toLowerCase() : name;
      this.port = port && port !== PORTS[this.protocol] ? String(Number(port)) : '';
      const direct = normal(`/${own[3]}`);
      const ends = direct !== '/' && /\/(\.\.?)?$/.test(own[3]) ? '/' : '';
      const plain = own[2] === undefined && !special ? own[3] : direct + ends;
      this.pathname = escaped(plain);
      this.search = own[4] && own[4] !== '?' ? escaped(own[4]) : '';
      this.hash = own[5] && own[5] !== '#' ? own[5] : '';
      this.searchParams = new URLSearchParams(this.search);
      this.slashes = own[2] !== undefined || special;
      hide(this, 'slashes', this.slashes);
    }
    static canParse(text, base) {
      try {
        return Boolean(new URL(text, base));
      } catch {
        return false;
      }
    }
    get host() { return this.port ? `${this.hostname}:${this.port}` : this.hostname; }
    get origin() { return this.protocol in PORTS ? `${this.protocol}//${this.host}` : 'null'; }
    get href() {
      const who = this.username ? `${this.username}${this.password ? `:${this.password}` : ''}@` : '';
      const query = this.searchParams.toString() === new URLSearchParams(this.search).toString() ? this.search : `?${this.searchParams}`;
      return `${this.protocol}${this.slashes ? '//' : ''}${who}${this.host}${this.pathname}${query}${this.hash}`;
    }
    toString() { return this.href; }
    toJSON() { return this.href; }
  }
  function clone(value, seen) {
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new DOMException(`${String(value)} could not be cloned.`, 'DataCloneError');
    }
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    const keep = (made) => (seen.set(value, made), made);
    if (value instanceof Date) return keep(new Date(value));
    if (value instanceof RegExp) return keep(new RegExp(value));
    if (ArrayBuffer.isView(value)) return keep(new value.constructor(value));
    if (value instanceof Map) {
      const made = keep(new Map());
      for (const [k, v] of value) made.set(clone(k, seen), clone(v, seen));
      return made;
    }
    if (value instanceof Set) {
      const made = keep(new Set());
      for (const v of value) made.add(clone(v, seen));
      return made;
    }
    if (value instanceof Error) return keep(Object.assign(new value.constructor(value.message), value));
    const made = keep(Array.isArray(value) ? [] : {});
    for (const key of Object.keys(value)) made[key] = clone(value[key], seen);
    return made;
  }

  // ---- modules of Node that are pure, or read inside the project

  const normal = (path) => {
    const parts = [];
    for (const part of path.split('/')) {
      if (part === '..' && parts.length && parts.at(-1) !== '..') parts.pop();
      else if (part === '..' && !path.startsWith('/')) parts.push(part);
      else if (part && part !== '.' && part !== '..') parts.push(part);
    }
    return (path.startsWith('/') ? '/' : '') + parts.join('/') || (path.startsWith('/') ? '/' : '.');
  };
  const path = {
    sep: '/',
    delimiter: ':',
    normalize: normal,
    isAbsolute: (p) => p.startsWith('/'),
    join: (...parts) => normal(parts.filter(Boolean).join('/') || '.'),
    resolve: (...parts) => normal(parts.reduce((a, b) => (b.startsWith('/') ? b : `${a}/${b}`), process.cwd())),
    basename: (p, end = '') => {
      const name = p.replace(/\/+$/, '').split('/').at(-1);
      return end && name !== end && name.endsWith(end) ? name.slice(0, -end.length) : name;
    },
    dirname: (p) => {
      const cut = p.replace(/\/+$/, '').lastIndexOf('/');
      return cut > 0 ? p.slice(0, cut) : cut === 0 ? '/' : '.';
    },
    extname: (p) => /[^/](\.[^./]*)$/.exec(p)?.[1] ?? '',
    parse: (p) => {
      const base = path.basename(p);
      const ext = path.extname(p);
      return { root: p.startsWith('/') ? '/' : '', dir: path.dirname(p), base, ext, name: path.basename(p, ext) };
    },
    relative: (from, to) => {
      const a = path.resolve(from).split('/').filter(Boolean);
      const b = path.resolve(to).split('/').filter(Boolean);
      let same = 0;
      while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
      return [...a.slice(same).fill('..'), ...b.slice(same)].join('/');
    },
  };
  path.posix = path;

  const answer = (found) => {
    if (found.error === undefined) return found;
    const error = new Error(found.error);
    error.code = found.code;
    throw error;
  };
  const place = (p) => {
    const text = String(p?.href ?? p);
    return text.startsWith('file://') ? decodeURIComponent(text.slice(7)) : text;
  };
  const readFile = (p, options) => {
    const encoding = typeof options === 'string' ? options : options?.encoding;
    const { text } = answer(host('read', place(p)));
    return encoding ? text : Buffer.from(text);
  };
  const readOnly = {
    readFileSync: readFile,
    existsSync: (p) => answer(host('exists', place(p))).there,
  };
  const other = (target, name, key) =>
    key in target || typeof key === 'symbol' || ['default', '__esModule', 'then', 'toJSON'].includes(key)
      ? target[key]
      : refused(`${name}.${String(key)}`);
  const closed = (name, target) => new Proxy(target, { get: (object, key) => other(object, name, key) });
  const promises = closed('fs.promises', { readFile: async (p, options) => readFile(p, options) });
  const fs = closed('fs', { ...readOnly, promises });
  const rotate = (x, n) => (x << n) | (x >>> (32 - n));
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 4294967296) | 0;
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p)) primes.push(n);
  const sines = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 4294967296) | 0);
  const cubes = primes.map((p) => fraction(Math.cbrt(p)));

  // One block of 16 words each, into the state.
  const blocks = {
    sha256: (state, w) => {
      for (let i = 16; i < 64; i += 1) {
        const a = w[i - 15];
        const b = w[i - 2];
        const low = rotate(a, 25) ^ rotate(a, 14) ^ (a >>> 3);
        const high = rotate(b, 15) ^ rotate(b, 13) ^ (b >>> 10);
        w[i] = (w[i - 16] + low + w[i - 7] + high) | 0;
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i += 1) {
        const one = rotate(e, 26) ^ rotate(e, 21) ^ rotate(e, 7);
        const first = (h + one + ((e & f) ^ (~e & g)) + cubes[i] + w[i]) | 0;
        const second = ((rotate(a, 30) ^ rotate(a, 19) ^ rotate(a, 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
      }
      return [a, b, c, d, e, f, g, h];
    },
    sha1: (state, w) => {
      for (let i = 16; i < 80; i += 1) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
      let [a, b, c, d, e] = state;
      for (let i = 0; i < 80; i += 1) {
        const round = Math.floor(i / 20);
        const mixed = round === 0 ? (b & c) | (~b & d) : round === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
        const constant = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][round];
        [a, b, c, d, e] = [(rotate(a, 5) + mixed + e + constant + w[i]) | 0, a, rotate(b, 30), c, d];
      }
      return [a, b, c, d, e];
    },
    md5: (state, w) => {
      let [a, b, c, d] = state;
      for (let i = 0; i < 64; i += 1) {
        const round = Math.floor(i / 16);
        const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
        const word = w[[i, 5 * i + 1, 3 * i + 5, 7 * i][round] % 16];
        const turn = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]][round][i % 4];
        [a, b, c, d] = [d, (b + rotate((a + mixed + sines[i] + word) | 0, turn)) | 0, b, c];
      }
      return [a, b, c, d];
    },
  };
  const initial = {
    sha256: primes.slice(0, 8).map((p) => fraction(Math.sqrt(p))),
    sha1: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0],
    md5: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476],
  };
  function digest(kind, bytes) {
    const little = kind === 'md5';
    const whole = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
    whole.set(bytes);
    whole[bytes.length] = 0x80;
    const view = new DataView(whole.buffer);
    view.setUint32(whole.length - (little ? 8 : 4), bytes.length << 3, little);
    view.setUint32(whole.length - (little ? 4 : 8), Math.floor(bytes.length / 0x20000000), little);
    let state = initial[kind];
    for (let at = 0; at < whole.length; at += 64) {
      const words = Array.from({ length: 16 }, (_, i) => view.getInt32(at + 4 * i, little));
      state = blocks[kind](state, words).map((x, i) => (x + state[i]) | 0);
    }
    const found = new Buffer(state.length * 4);
    const out = new DataView(found.buffer);
    state.forEach((x, i) => out.setInt32(4 * i, x, little));
    return found;
  }
  const sha = (name) => {
    const kind = String(name).toLowerCase().replace('-', '');
    if (!(kind in blocks)) throw new Error(`there is no hash ${name}; there are ${Object.keys(blocks).join(', ')}`);
    const parts = [];
    const hash = {
      update: (data, encoding) => {
        parts.push(...(typeof data === 'string' ? Buffer.from(data, encoding) : data));
        return hash;
      },
      digest: (encoding) => {
        const bytes = digest(kind, parts);
        return encoding ? bytes.toString(encoding) : bytes;
      },
    };
    return hash;
  };
  const uuid = () =>
    'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));
  const crypto = closed('crypto', { createHash: sha, randomUUID: uuid });
  const isEqual = (a, b) => stringify(a) === stringify(b);
  const assert = Object.assign(
    (value, message) => {
      if (!value) throw message instanceof Error ? message : new Error(message ?? 'the assertion failed');
    },
    {
      ok: (value, message) => assert(value, message),
      equal: (a, b, message) => assert(a == b, message ?? `${shown(a)} == ${shown(b)}`), // eslint-disable-line eqeqeq
      strictEqual: (a, b, message) => assert(Object.is(a, b), message ?? `${shown(a)} === ${shown(b)}`),
      deepEqual: (a, b, message) => assert(isEqual(a, b), message ?? `${shown(a)} equals ${shown(b)}`),
      deepStrictEqual: (a, b, message) => assert(isEqual(a, b), message ?? `${shown(a)} equals ${shown(b)}`),
    },
  );
  assert.strict = assert;
  const util = closed('util', {
    inspect: shown,
    format: (first, ...rest) =>
      [String(first).replace(/%[sdifjoO]/g, (mark) => (rest.length ? shown(rest.shift()) : mark)), ...rest.map(shown)].join(' '),
    isDeepStrictEqual: isEqual,
    TextEncoder,
    TextDecoder,
    promisify: (f) => (...args) =>
      new Promise((done, fail) => f(...args, (error, value) => (error ? fail(error) : done(value)))),
  });
  const url = closed('url', { URL, URLSearchParams, fileURLToPath: place, pathToFileURL: (p) => ({ href: `file://${p}`, toString: () => `file://${p}` }) });
  const builtins = {
    __proto__: null,
    fs, path, crypto, assert, util, url,
    'fs/promises': promises,
    'path/posix': path,
    'timers/promises': closed('timers/promises', { setTimeout: (ms, value) => new Promise((done) => addTimer(() => done(value), ms, [])) }),
    buffer: closed('buffer', { Buffer }),
    process: null,
  };

  // ---- process

  const here = folder ? `${root}/${folder}` : root;
  const process = {
    env,
    argv: ['node', 'script'],
    platform: 'linux',
    version: 'v20.0.0',
    versions: { node: '20.0.0' },
    pid: 1,
    cwd: () => here,
    exit: refused('process.exit'),
    nextTick: (f, ...args) => queueMicrotask(() => f(...args)),
    hrtime: Object.assign(() => [Math.floor(performance.now() / 1000), 0], { bigint: () => BigInt(Math.round(performance.now() * 1e6)) }),
    uptime: () => performance.now() / 1000,
    memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0 }),
    on: () => process,
    once: () => process,
    off: () => process,
    emitWarning: (text) => console.warn(String(text)),
    stdout: { write: (text) => (console.log(text), true) },
    stderr: { write: (text) => (console.error(text), true) },
  };
  builtins.process = process;

  // ---- modules of the project

  const loaded = new Map();

  function load(from, name) {
    const plain = String(name).startsWith('node:') ? String(name).slice(5) : String(name);
    if (plain in builtins) return { exports: builtins[plain], builtin: true };
    const found = answer(host('load', from, String(place(name))));
    let module = loaded.get(found.path);
    if (module) return module;
    module = { exports: {}, id: found.path, filename: found.path, loaded: false, esm: found.kind === 'esm', ready: null };
    loaded.set(found.path, module);
    try {
      evaluate(module, found);
    } catch (error) {
      loaded.delete(found.path);
      throw error;
    }
    return module;
  }

  function evaluate(module, found) {
    if (found.kind === 'json') {
      module.exports = parse(found.text);
      return;
    }
    const directory = path.dirname(found.path);
    const run = compiled(found.text, module.esm);
    if (!module.esm) {
      apply(run, module.exports, [module.exports, requireFrom(directory), module, found.path, directory,
        async (name) => namespace(load(directory, name))]);
    } else {
      Object.defineProperty(module.exports, '__esModule', { value: true });
      const add = (names) => {
        for (const key of Object.keys(names)) {
          Object.defineProperty(module.exports, key, { get: names[key], enumerable: true, configurable: true });
        }
      };
      const all = (from) => add(Object.fromEntries(Object.keys(from).filter((k) => k !== 'default').map((k) => [k, () => from[k]])));
      const meta = { url: `file://${found.path}`, filename: found.path, dirname: directory };
      module.ready = run(add, all, (name) => namespace(load(directory, name)), meta) ?? null;
      module.ready?.then(() => { module.ready = null; }, () => {});
    }
    module.loaded = true;
  }

  // An await inside of a block, and outside of all functions, is known only when the code does not compile without.
  function compiled(text, esm) {
    try {
      return (0, eval)(text);
    } catch (error) {
      if (!esm || !text.includes('await')) throw error;
      return (0, eval)(text.replace('(function ', '(async function '));
    }
  }

  function namespace(module) {
    if (module.esm) return module.exports;
    const plain = module.exports;
    if (plain !== null && plain?.__esModule) return plain;
    const names = plain !== null && (typeof plain === 'object' || typeof plain === 'function') ? plain : {};
    return new Proxy(names, { get: (object, key) => (key === 'default' ? plain : object[key]) });
  }

  function requireFrom(directory) {
    const require = (name) => load(directory, name).exports;
    require.resolve = (name) => answer(host('load', directory, String(place(name)))).path;
    require.cache = {};
    return require;
  }

  process.mainModule = { require: requireFrom(here), filename: here };

  hide(globalThis, '__import', async (name) => namespace(load(here, name)));
  Object.assign(globalThis, {
    console, process, Buffer, TextEncoder, TextDecoder, URL, URLSearchParams,
    global: globalThis,
    require: requireFrom(here),
    setTimeout: (f, ms, ...args) => addTimer(f, ms, args, false),
    setInterval: (f, ms, ...args) => addTimer(f, ms, args, true),
    setImmediate: (f, ...args) => addTimer(f, 0, args, false),
    clearTimeout: clearTimer,
    clearInterval: clearTimer,
    clearImmediate: clearTimer,
    structuredClone: (value) => clone(value, new Map()),
    fetch: refused('fetch'),
    WebSocket: refused('WebSocket'),
    XMLHttpRequest: refused('XMLHttpRequest'),
  });

  // ---- calls from Python

  const functions = new Map();
  const instances = new Map();
  let thrown = null;
  let pending = null;

  const encoded = (value) => {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return UNDEFINED;
    const text = stringify(value);
    return text === undefined ? UNDEFINED : text.length > resultChars ? `too long ${text.length}` : text;
  };
  const settled = (value) => {
    if (typeof value === 'boolean' || typeof value === 'number' || value === null) return value;
    if (typeof value === 'object' && typeof value.then === 'function') {
      pending = { done: false, value: undefined };
      const mine = pending;
      value.then(
        (found) => Object.assign(mine, { done: true, value: found }),
        (error) => Object.assign(mine, { done: true, error, failed: true }),
      );
      return PENDING;
    }
    return encoded(value);
  };
  const fail = (error) => {
    thrown = error;
    return THROWN;
  };
  const safely = (f) => (...args) => {
    let found;
    try {
      found = f(...args);
    } catch (error) {
      found = fail(error);
    }
    return needs.length ? NEEDS : found;
  };

  const brief = (file) => (file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file);
  const exported = (file, name) => {
    const module = load(here, file);
    const ready = module.ready;
    const pick = () => {
      const space = module.esm ? module.exports : namespace(module);
      const main = space.default?.default ?? space.default ?? module.exports;
      if (!name) return [main, undefined];
      const owner = main !== null && main !== undefined && main[name] !== undefined ? main : space;
      if (owner[name] === undefined) {
        const names = Object.keys(module.exports ?? {}).filter((key) => key !== 'default');
        const error = new ReferenceError(`${brief(file)} exports no ${name}${names.length ? `; it exports ${names.join(', ')}` : ''}`);
        error.code = 'script.no_export';
        throw error;
      }
      return [owner[name], owner];
    };
    return ready ? ready.then(pick) : pick();
  };
  const whenReady = (found, use) => (typeof found.then === 'function' ? found.then(use) : use(found));
  const callable = ([value, owner], file, name) => {
    if (typeof value === 'function') return [value, owner];
    const error = new TypeError(`${brief(file)} exports no function${name ? ` ${name}` : ''}, but ${value === null ? 'null' : typeof value}`);
    error.code = 'script.no_function';
    throw error;
  };

  const references = (value, steps) => {
    if (typeof value === 'function') return { $function: steps };
    if (typeof value !== 'object' || value === null || typeof value.toJSON === 'function') return value;
    if (Array.isArray(value)) return value.map((item, i) => references(item, [...steps, i]));
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, references(v, [...steps, k])]));
  };

  const isClass = (f) => /^class[\s{]/.test(Function.prototype.toString.call(f));

  // ---- Nunjucks and mathjs, evaluated when they are first needed

  let nunjucks = null;
  let environment = null;
  let math = null;
  const templates = new Map();

  const Loader = {
    getSource: (name) => {
      const { text } = answer(host('read', name.startsWith('/') ? name : `${here}/${name}`));
      return { src: text, path: name, noCache: false };
    },
  };

  const library = (text) => {
    const module = { exports: {} };
    (0, eval)(text)(module, module.exports);
    return module.exports;
  };

  return {
    compile: safely((id, names, body) => {
      functions.set(id, new Function(...parse(names), body));
      return null;
    }),
    drop: (id) => functions.delete(id),
    run: safely((id, args) => settled(apply(functions.get(id), undefined, parse(args)))),
    call: safely((file, name, args) =>
      settled(whenReady(exported(file, name), (found) => {
        const [f, owner] = callable(found, file, name);
        return apply(f, owner, parse(args));
      }))),
    method: safely((key, file, name, made, method, args) =>
      settled(whenReady(exported(file, name), (found) => {
        if (!instances.has(key)) {
          const [f] = callable(found, file, name);
          instances.set(key, new f(...parse(made)));
        }
        const instance = instances.get(key);
        const value = instance[method];
        if (typeof value === 'function') return apply(value, instance, parse(args));
        if (value === undefined) return undefined;
        return value;
      }))),
    load: safely((file) =>
      settled(whenReady(exported(file, ''), ([value]) => (typeof value === 'function' && !isClass(value) ? { $function: [] } : references(value, []))))),
    inner: safely((file, steps, args) =>
      settled(whenReady(exported(file, ''), ([value]) => {
        let owner;
        let found = value;
        for (const step of parse(steps)) [owner, found] = [found, found[step]];
        return apply(found, owner, parse(args));
      }))),
    exports: safely((file) =>
      settled(whenReady(exported(file, ''), () => {
        const module = load(here, file);
        const main = (module.esm ? module.exports.default : module.exports);
        const kind = typeof main === 'function' ? (isClass(main) ? 'class' : 'function') : typeof main;
        return { kind, names: Object.keys(module.exports ?? {}) };
      }))),
    useNunjucks: safely((text) => {
      nunjucks = library(text);
      environment = new nunjucks.Environment([Loader], { autoescape: false, throwOnUndefined: false });
      environment.addGlobal('env', env);
      environment.addFilter('load', (value) => parse(value));
      return null;
    }),
    addFilter: safely((name, file) => {
      const [f] = callable(exported(file, ''), file, '');
      environment.addFilter(name, f);
      return null;
    }),
    render: safely((template, variables) => {
      let made = templates.get(template);
      if (made === undefined) {
        if (templates.size >= 2000) templates.delete(templates.keys().next().value);
        made = new nunjucks.Template(template, environment, undefined, true);
        templates.set(template, made);
      }
      return encoded(made.render(parse(variables)));
    }),
    useMath: safely((text) => {
      math = library(text);
      return null;
    }),
    calculate: safely((expression, scope) => settled(math.evaluate(expression, parse(scope)))),
    settle: safely(() => {
      if (!pending.done) return runTimer() ? PENDING : 'never';
      const { failed, error, value } = pending;
      pending = null;
      if (failed) throw error;
      return settled(value);
    }),
    error: () => {
      const error = thrown;
      thrown = null;
      const whole = typeof error === 'object' && error !== null;
      const text = (value) => {
        try {
          return String(value).slice(0, 4000);
        } catch {
          return 'what cannot be shown';
        }
      };
      return stringify({
        name: whole ? text(error.name ?? 'Error') : '',
        message: whole ? text(error.message ?? shown(error)) : text(error),
        stack: whole ? text(error.stack ?? '') : '',
        code: whole && typeof error.code === 'string' ? error.code : '',
      });
    },
    takeNeeds: () => {
      const asked = needs;
      needs = [];
      for (const [path, module] of loaded) if (module.ready) loaded.delete(path); // given up on its way
      thrown = null;
      pending = null;
      return stringify(asked);
    },
    provide: (answers) => {
      for (const [question, found] of parse(answers)) provided.set(question.join('\n'), found);
      return null;
    },
    takeLog: () => {
      const lines = log;
      log = [];
      return stringify(lines);
    },
  };
})
