// The tasks of an array as a grid: a cell each, with a colour and a letter for its state.

const WORDS = {
  P: ["waits", "waiting"],
  R: ["runs", "running"],
  S: ["waits", "suspended"],
  C: ["well", "completed"],
  F: ["failed", "failed"],
  T: ["failed", "out of time"],
  M: ["failed", "out of memory"],
  N: ["failed", "node failed"],
  X: ["gone", "cancelled"],
  "?": ["gone", "unknown"],
};

class Tasks {
  constructor(model, chosen) {
    this.model = model;
    this.chosen = chosen; // called with a task's id when somebody wants its output
    this.legend = make("ul", { class: "jsa-legend" });
    this.cells = make("div", { class: "jsa-cells", tabindex: "0", role: "listbox", "aria-label": "Tasks of this array" });
    this.said = make("p", { class: "jsa-said", role: "status" });
    this.element = make("div", { class: "jsa-tasks", hidden: true }, this.legend, this.cells, this.said);
    this.letters = "";
    this.at = -1;
    this.prefix = `jsa-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    this.cells.addEventListener("keydown", (event) => this.pressed(event));
    this.cells.addEventListener("click", (event) => {
      const at = [...this.cells.children].indexOf(event.target.closest(".jsa-cell"));
      if (at >= 0) this.move(at), this.chosen(this.ids[at]);
    });
  }

  draw() {
    const letters = this.model.get("task_states");
    const { ids = [], labels = {} } = this.model.get("tasks");
    this.ids = ids;
    this.labels = labels;
    this.element.hidden = !letters;
    if (letters.length !== this.cells.childElementCount) {
      this.letters = "";
      this.cells.replaceChildren(
        ...ids.map((_, at) => make("span", { role: "option", id: `${this.prefix}-${at}` })),
      );
    }
    [...letters].forEach((letter, at) => {
      if (letter !== this.letters[at]) this.drawOne(this.cells.children[at], letter, at);
    });
    this.letters = letters;
    this.drawLegend();
  }

  drawOne(cell, letter, at) {
    write(cell, letter);
    cell.className = `jsa-cell jsa-${(WORDS[letter] ?? WORDS["?"])[0]}`;
    cell.title = this.text(at, letter);
    cell.setAttribute("aria-label", cell.title);
    cell.setAttribute("aria-selected", String(at === this.at));
  }

  drawLegend() {
    const counts = new Map();
    for (const letter of this.letters) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    this.legend.replaceChildren(
      ...[...counts].map(([letter, count]) =>
        make(
          "li",
          {},
          make("span", { class: `jsa-cell jsa-${WORDS[letter][0]}`, "aria-hidden": "true" }, letter),
          ` ${count} ${WORDS[letter][1]}`,
        ),
      ),
    );
  }

  text(at, letter = this.letters[at]) {
    const label = this.labels[this.ids[at]];
    return `Task ${this.ids[at]}: ${(WORDS[letter] ?? WORDS["?"])[1]}${label ? `, ${label}` : ""}`;
  }

  move(at) {
    this.cells.children[this.at]?.setAttribute("aria-selected", "false");
    this.at = Math.min(Math.max(at, 0), this.letters.length - 1);
    const cell = this.cells.children[this.at];
    cell.setAttribute("aria-selected", "true");
    this.cells.setAttribute("aria-activedescendant", cell.id);
    cell.scrollIntoView({ block: "nearest" });
    write(this.said, this.text(this.at));
  }

  pressed(event) {
    const width = Math.max(1, Math.floor(this.cells.clientWidth / (this.cells.firstChild?.offsetWidth || 1)));
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: width, ArrowUp: -width };
    if (event.key in steps) this.move(this.at + steps[event.key]);
    else if (event.key === "Enter" && this.at >= 0) this.chosen(this.ids[this.at]);
    else return;
    event.preventDefault();
  }
}
