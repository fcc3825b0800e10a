// The list: as many rows as fit into its window, drawn anew as it scrolls. It knows places, not what they hold.

const EXTRA_ROWS = 8;
const MOST_PIXELS = 12_000_000;

class List {
  constructor(grid, { draw, chosen, total }) {
    this.grid = grid;
    this.total = total;
    this.lines = grid.querySelector(".lines");
    this.draw = draw;
    this.chosen = chosen;
    this.length = 0;
    this.at = -1;
    this.pool = [];
    grid.addEventListener("scroll", () => this.later(), { passive: true });
    new ResizeObserver(() => this.resize()).observe(grid);
    this.lines.addEventListener("click", (event) => {
      const line = event.target.closest(".line");
      if (line) this.chosen(Number(line.dataset.place));
    });
  }

  // Another number of rows, of which one may be chosen.
  show(length, at) {
    this.length = length;
    this.at = at;
    this.grid.setAttribute("aria-rowcount", length + 1);
    this.resize();
  }

  resize() {
    const narrow = this.grid.clientWidth < 640;
    this.grid.classList.toggle("narrow", narrow);
    this.lineHeight = narrow ? 56 : 34;
    this.headHeight = this.lines.offsetTop;
    this.height = Math.min(this.length * this.lineHeight, MOST_PIXELS);
    this.lines.style.height = `${this.height}px`;
    // A window for a few rows need not be tall; it does not shrink with a filter, so that nothing jumps.
    this.grid.style.maxHeight = `${this.headHeight + Math.max(3, this.total) * this.lineHeight + 2}px`;
    this.render();
  }

  later() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = null;
      this.render();
    });
  }

  get window() { return Math.max(this.lineHeight, this.grid.clientHeight - this.headHeight); }

  get fit() { return Math.floor(this.window / this.lineHeight); }

  // How far the scroll bar goes, in pixels and in places. Beyond MOST_PIXELS a pixel stands for more than one.
  get range() { return Math.max(0, this.height - this.window); }

  get places() { return this.length - this.window / this.lineHeight; }

  // The place at the top of the window.
  get top() { return this.range === 0 ? 0 : Math.min(this.grid.scrollTop / this.range, 1) * this.places; }

  render() {
    const top = this.top;
    const first = Math.max(0, Math.floor(top) - EXTRA_ROWS);
    const last = Math.min(this.length, Math.ceil(top) + this.fit + EXTRA_ROWS + 1);
    const shift = this.grid.scrollTop - top * this.lineHeight;
    const needed = Math.max(0, last - first);
    while (this.pool.length < needed) this.pool.push(this.lines.appendChild(make("div", { role: "row", class: "line" })));
    this.pool.forEach((line, i) => {
      line.hidden = i >= needed;
      if (line.hidden) line.removeAttribute("id");
      else this.place(line, first + i, shift);
    });
    const active = this.at >= first && this.at < last;
    if (active) this.grid.setAttribute("aria-activedescendant", `line-${this.at}`);
    else this.grid.removeAttribute("aria-activedescendant");
  }

  place(line, place, shift) {
    line.style.transform = `translateY(${place * this.lineHeight + shift}px)`;
    line.id = `line-${place}`;
    line.dataset.place = place;
    line.setAttribute("aria-rowindex", place + 2);
    line.setAttribute("aria-selected", String(place === this.at));
    this.draw(line, place);
  }

  // Choose a place and have it in the window.
  choose(place) {
    this.at = place;
    if (place >= 0) this.reveal(place);
    this.render();
  }

  reveal(place) {
    const top = this.top, bottom = top + this.window / this.lineHeight - 1;
    const wanted = place < top ? place : place > bottom ? top + place - bottom : top;
    if (wanted !== top && this.places > 0) this.grid.scrollTop = (wanted / this.places) * this.range;
  }
}
