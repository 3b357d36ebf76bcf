// A table of any length: only the rows that are in sight are in the page.

const ROW = 26; // pixels, as the style sheet has it
const BEYOND = 8; // rows that are drawn above and below those in sight

class Grid {
  // `columns`: [{ title, width, text(row), by(row) }]; `opened(row)` is called for Enter.
  constructor(columns, { label, opened, chosen }) {
    this.columns = columns;
    this.opened = opened;
    this.chosen = chosen;
    this.rows = [];
    this.selected = new Set();
    this.sort = { at: -1, down: false };
    this.active = null;
    this.prefix = `jsa-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    this.heads = columns.map((column, at) =>
      make("div", { role: "columnheader", "aria-colindex": String(at + 2), "aria-sort": "none" },
        make("button", { type: "button", onclick: () => this.sortBy(at) }, column.title)));
    const corner = make("div", { role: "columnheader", "aria-colindex": "1" }, make("span", { class: "jsa-hidden" }, "Selected"));
    this.head = make("div", { role: "rowgroup" }, make("div", { role: "row", class: "jsa-row jsa-heads", "aria-rowindex": "1" }, corner, ...this.heads));
    this.body = make("div", { role: "rowgroup", class: "jsa-body" });
    this.element = make(
      "div",
      { role: "grid", class: "jsa-grid", tabindex: "0", "aria-label": label, "aria-multiselectable": "true", "aria-colcount": String(columns.length + 1) },
      this.head,
      this.body,
    );
    this.element.style.setProperty("--jsa-columns", ["2em", ...columns.map((one) => one.width)].join(" "));
    this.drawn = new Map();
    this.element.addEventListener("scroll", () => this.draw());
    this.element.addEventListener("keydown", (event) => this.pressed(event));
    this.body.addEventListener("click", (event) => this.clicked(event));
    this.body.addEventListener("dblclick", () => this.opened(this.rowAt(this.place())));
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.element);
  }

  stop() {
    this.sizes.disconnect();
  }

  // Shows other rows, in their order; what is selected stays so, if it is still there.
  show(rows) {
    this.rows = this.sorted(rows);
    this.at = new Map(this.rows.map((row, at) => [row[0], at]));
    this.element.setAttribute("aria-rowcount", String(this.rows.length + 1));
    this.body.style.height = `${this.rows.length * ROW}px`;
    if (!this.at.has(this.active)) this.active = null;
    this.draw();
  }

  sorted(rows) {
    const column = this.columns[this.sort.at];
    if (!column) return rows;
    const by = column.by ?? column.text;
    const sign = this.sort.down ? -1 : 1;
    return rows
      .map((row) => [by(row), row])
      .sort(([a], [b]) => sign * (a < b ? -1 : a > b ? 1 : 0))
      .map(([, row]) => row);
  }

  sortBy(at) {
    this.sort = { at, down: this.sort.at === at && !this.sort.down };
    this.heads.forEach((head, one) =>
      head.setAttribute("aria-sort", one !== at ? "none" : this.sort.down ? "descending" : "ascending"));
    this.show(this.rows);
  }

  rowAt(at) {
    return this.rows[at];
  }

  place() {
    return this.active === null ? -1 : this.at.get(this.active);
  }

  draw() {
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW) - BEYOND);
    const last = Math.min(this.rows.length, first + Math.ceil(this.element.clientHeight / ROW) + 2 * BEYOND);
    const wanted = new Set();
    for (let at = first; at < last; at += 1) wanted.add(this.rows[at][0]);
    for (const [key, element] of this.drawn) {
      if (!wanted.has(key)) element.remove(), this.drawn.delete(key);
    }
    for (let at = first; at < last; at += 1) {
      const element = this.drawRow(this.rows[at], at);
      // In their order for who reads the page, too.
      const here = this.body.children[at - first];
      if (here !== element) this.body.insertBefore(element, here ?? null);
    }
    const active = this.drawn.get(this.active);
    if (active) this.element.setAttribute("aria-activedescendant", active.id);
    else this.element.removeAttribute("aria-activedescendant");
  }

  drawRow(row, at) {
    let element = this.drawn.get(row[0]);
    if (!element) {
      element = make("div", { role: "row", class: "jsa-row", id: `${this.prefix}-${this.next = (this.next ?? 0) + 1}` });
      element.append(
        ...[null, ...this.columns].map((_, one) => make("div", { role: "gridcell", "aria-colindex": String(one + 1) })));
      element.key = row[0];
      this.drawn.set(row[0], element);
    }
    const selected = this.selected.has(row[0]);
    element.style.transform = `translateY(${at * ROW}px)`;
    element.setAttribute("aria-rowindex", String(at + 2));
    element.setAttribute("aria-selected", String(selected));
    element.classList.toggle("jsa-active", row[0] === this.active);
    write(element.children[0], selected ? "✓" : "");
    this.columns.forEach((column, one) => {
      const cell = element.children[one + 1];
      const text = column.text(row);
      if (cell.textContent === text) return;
      cell.textContent = text;
      cell.title = text;
      if (column.tone) cell.className = `jsa-tone jsa-${column.tone(row)}`;
    });
    return element;
  }

  go(at, extends_) {
    if (!this.rows.length) return;
    const now = Math.min(Math.max(at, 0), this.rows.length - 1);
    if (extends_) {
      const before = Math.max(0, this.place());
      for (let one = Math.min(before, now); one <= Math.max(before, now); one += 1) this.selected.add(this.rows[one][0]);
      this.chosen();
    }
    this.active = this.rows[now][0];
    const room = this.element.clientHeight - this.head.offsetHeight;
    const top = now * ROW;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + ROW > this.element.scrollTop + room) this.element.scrollTop = top + ROW - room;
    this.draw();
  }

  toggle(key) {
    if (!this.selected.delete(key)) this.selected.add(key);
    this.chosen();
    this.draw();
  }

  clicked(event) {
    const { key } = event.target.closest(".jsa-row");
    if (event.shiftKey) return this.go(this.at.get(key), true);
    this.active = key;
    this.toggle(key);
  }

  pressed(event) {
    if (event.target !== this.element) return; // a button of the head
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 2);
    const at = this.place();
    const goals = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: this.rows.length - 1 };
    if (event.key in goals) this.go(goals[event.key], event.shiftKey);
    else if (event.key === " " && at >= 0) this.toggle(this.active);
    else if (event.key === "Enter" && at >= 0) this.opened(this.rowAt(at));
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      this.rows.forEach((row) => this.selected.add(row[0]));
      this.chosen();
      this.draw();
    } else if (event.key === "Escape" && this.selected.size) {
      this.selected.clear();
      this.chosen();
      this.draw();
    } else return;
    event.preventDefault();
  }
}
