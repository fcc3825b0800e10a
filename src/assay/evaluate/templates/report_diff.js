// Which words differ between two texts, for showing them side by side: the shortest edit, by Myers' greedy search.

const MAX_EDITS = 600;
const WORDS = /[\p{L}\p{N}\p{M}_]+|\s+|[^\p{L}\p{N}\p{M}_\s]/gu;

// Two lists of [text, whether the other lacks it]; null when the texts have too little in common to be marked.
const wordDiff = (left, right) => {
  const a = left.match(WORDS) ?? [], b = right.match(WORDS) ?? [];
  let head = 0, tail = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const kept = edits(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  if (!kept) return null;
  const isWord = (word) => word.trim() !== "";
  const same = a.filter((word, i) => isWord(word) && (i < head || i >= a.length - tail)).length
    + kept.filter(([x]) => isWord(a[x + head])).length;
  if (same < 0.1 * (a.filter(isWord).length + b.filter(isWord).length)) return null;
  const pairs = kept.map(([x, y]) => [x + head, y + head]);
  return [pieces(a, head, tail, pairs.map(([x]) => x)), pieces(b, head, tail, pairs.map(([, y]) => y))];
};

// The pairs of places that stay, of the shortest way from a to b; null when it takes too many edits.
// On diagonal k = x - y, reach[k + middle] is how far down a the best way with so many edits has come.
const edits = (a, b) => {
  const most = Math.min(a.length + b.length, MAX_EDITS), middle = most + 1;
  const reach = new Int32Array(2 * most + 3);
  const trace = [];
  for (let d = 0; d <= most; d++) {
    trace.push(reach.slice(middle - d - 1, middle + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const left = reach[middle + k - 1], above = reach[middle + k + 1];
      let x = k === -d || (k !== d && left < above) ? above : left + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach[middle + k] = x;
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return null;
};

const walkBack = (trace, x, y) => {
  const kept = [];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d], k = x - y;  // its middle is d + 1
    const left = reach[d + k], above = reach[d + k + 2];
    const down = k === -d || (k !== d && left < above);
    const fromX = d === 0 ? 0 : down ? above : left;
    const fromY = d === 0 ? 0 : fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY) kept.push([--x, --y]);
    [x, y] = [fromX, fromY];
  }
  return kept.reverse();
};

const pieces = (words, head, tail, keptPlaces) => {
  const kept = new Set(keptPlaces);
  const found = [];
  words.forEach((word, i) => {
    const changed = i >= head && i < words.length - tail && !kept.has(i);
    const last = found.at(-1);
    if (last && last[1] === changed) last[0] += word; else found.push([word, changed]);
  });
  return found;
};
