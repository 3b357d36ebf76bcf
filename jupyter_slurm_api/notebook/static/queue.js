// The queue: filters above, the table, and what can be done to what is selected.

const ID = 1, NAME = 2, USER = 3, PARTITION = 4, STATE = 5, START = 6, END = 7, NODES = 8, SUBMITTED = 9, WHERE = 10;
const OVER = new Set(["COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY", "UNKNOWN", "NOT_SUBMITTED"]);
const HERE_MS = 60000;
const MANY = 1; // from more than so many on, hold and release are asked about too

function seconds(row) {
  if (!row[START]) return -1;
  const end = row[END] ? Date.parse(row[END]) : OVER.has(row[STATE]) ? NaN : Date.now();
  return Math.max(0, Math.floor((end - Date.parse(row[START])) / 1000)) || 0;
}

function elapsed(row) {
  const all = seconds(row);
  if (all < 0) return "";
  const two = (number) => String(number).padStart(2, "0");
  const days = Math.floor(all / 86400);
  const clock = `${two(Math.floor(all / 3600) % 24)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  return days ? `${days}-${clock}` : clock;
}

const column = (title, at, width, more) => ({ title, width, text: (row) => row[at], ...more });
const COLUMNS = [
  column("Job", ID, "6em", { by: (row) => Number.parseInt(row[ID], 10) || 0 }),
  column("Name", NAME, "minmax(7em, 2fr)"),
  column("User", USER, "minmax(5em, 1fr)"),
  column("Partition", PARTITION, "minmax(6em, 1fr)"),
  column("State", STATE, "8em", { tone: (row) => toneOf(row[STATE]) }),
  { title: "Time", width: "6em", text: elapsed, by: seconds },
  column("Nodes", NODES, "4.5em", { by: (row) => Number(row[NODES]) || 0 }),
  { title: "Submitted", width: "7em", text: (row) => moment(row[SUBMITTED]), by: (row) => row[SUBMITTED] },
  column("Nodes or reason", WHERE, "minmax(8em, 2fr)"),
];

class QueueView {
  constructor(model, el) {
    this.model = model;
    this.rows = new Map();
    this.grid = new Grid(COLUMNS, { label: "Jobs", opened: (row) => this.open(row), chosen: () => this.drawChosen() });
    this.build(el);
    this.asking = new Asking(model, (text) => write(this.said, text));
    this.received = (message) => this.take(message);
    this.redraw = () => this.drawStale();
    model.on("msg:custom", this.received);
    model.on("change", this.redraw);
    this.here = setInterval(() => this.sayHere(), HERE_MS);
    this.all(model.get("rows"));
    this.drawStale();
    this.catchUp();
  }

  build(el) {
    this.text = make("input", { type: "search", placeholder: "Filter", "aria-label": "Filter by any word" });
    this.states = make("select", { "aria-label": "State" });
    this.whose = make("select", { "aria-label": "Whose jobs" }, make("option", { value: "mine" }, "My jobs"), make("option", { value: "all" }, "All jobs"));
    this.counts = make("p", { class: "jsa-note", role: "status" });
    this.shown = make("p", { class: "jsa-note", role: "status" });
    this.stale = make("p", { class: "jsa-stale", role: "status" });
    this.chosen = make("span", { class: "jsa-note" });
    this.place = make("div");
    this.said = make("p", { class: "jsa-said", role: "status" });
    this.refused = make("ul", { class: "jsa-refused" });
    this.detail = make("div", { class: "jsa-detail", role: "region", "aria-label": "The job that was opened", hidden: true });
    const act = (text, verb) => make("button", { type: "button", onclick: () => this.act(verb, text) }, text);
    this.acting = [act("Cancel", "cancel"), act("Hold", "hold"), act("Release", "release")];
    this.root = make(
      "section",
      { class: "jsa jsa-queue jsa-live", "aria-label": "Queue", "data-lm-suppress-shortcuts": "true" },
      make("div", { class: "jsa-head" }, this.whose, this.states, this.text, make("div", { class: "jsa-buttons", role: "group", "aria-label": "With the selected jobs" }, this.chosen, ...this.acting)),
      this.stale, this.place, this.said, this.refused, this.counts, this.shown, this.grid.element, this.detail,
    );
    this.whose.value = this.model.get("mine") ? "mine" : "all";
    this.text.addEventListener("input", () => this.filter());
    this.states.addEventListener("change", () => this.filter());
    this.whose.addEventListener("change", () => this.asking.ask({ do: "whose", mine: this.whose.value === "mine" }));
    el.append(this.root);
    this.drawChosen();
  }

  stop() {
    clearInterval(this.here);
    this.asking.stop();
    this.grid.stop();
    this.model.off("msg:custom", this.received);
    this.model.off("change", this.redraw);
  }

  sayHere() {
    if (document.visibilityState === "visible") this.asking.ask({ do: "here" }, { quiet: true });
  }

  take(message) {
    if (message.kind === "rows") this.all(message);
    if (message.kind !== "patch" || message.number <= this.number) return;
    if (message.number !== this.number + 1) return this.catchUp();
    this.number = message.number;
    message.removed.forEach((key) => this.rows.delete(key));
    message.changed.forEach((row) => this.rows.set(row[0], row));
    this.changed();
  }

  catchUp() {
    this.asking.ask({ do: "rows", number: this.number }, { quiet: true });
  }

  all({ number, rows }) {
    this.number = number ?? 0;
    this.rows = new Map((rows ?? []).map((row) => [row[0], row]));
    this.changed();
  }

  // Many patches may come between two pictures of the screen.
  changed() {
    if (this.due) return;
    this.due = requestAnimationFrame(() => {
      this.due = null;
      for (const key of this.grid.selected) if (!this.rows.has(key)) this.grid.selected.delete(key);
      this.drawStates();
      this.filter();
      this.drawChosen();
    });
  }

  drawStates() {
    const counts = new Map();
    for (const row of this.rows.values()) counts.set(row[STATE], (counts.get(row[STATE]) ?? 0) + 1);
    const sorted = [...counts].sort((a, b) => b[1] - a[1]);
    write(this.counts, sorted.map(([state, count]) => `${count} ${state}`).join(", ") || "No jobs.");
    const wanted = ["", "live", ...counts.keys()].sort().join();
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    const before = this.states.value;
    this.states.replaceChildren(
      make("option", { value: "" }, "All states"),
      make("option", { value: "live" }, "Not over"),
      ...[...counts.keys()].sort().map((state) => make("option", { value: state }, state)),
    );
    this.states.value = counts.has(before) || before === "live" ? before : "";
  }

  filter() {
    const words = this.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const state = this.states.value;
    const rows = [...this.rows.values()].filter((row) => {
      if (state === "live" ? OVER.has(row[STATE]) : state && row[STATE] !== state) return false;
      if (!words.length) return true;
      const text = row.slice(ID).join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    });
    // Newest first, as new rows come in at the end.
    this.grid.show(rows.sort((a, b) => (a[SUBMITTED] < b[SUBMITTED] ? 1 : a[SUBMITTED] > b[SUBMITTED] ? -1 : 0)));
    const all = rows.length === this.rows.size;
    write(this.shown, all ? "" : `${rows.length} of ${this.rows.size} jobs are shown.`);
  }

  drawChosen() {
    const count = this.grid.selected.size;
    write(this.chosen, count ? `${count} selected` : "");
    this.acting.forEach((button) => (button.disabled = !count));
  }

  drawStale() {
    write(this.stale, [staleText(this.model.get("stale")), this.model.get("trouble")].filter(Boolean).join(" "));
    this.whose.value = this.model.get("mine") ? "mine" : "all";
  }

  async act(verb, text) {
    const ids = [...this.grid.selected];
    const many = ids.length === 1 ? "this job" : `${ids.length} jobs`;
    const asks = verb === "cancel" || ids.length > MANY;
    if (asks && !(await question(this.place, `${text} ${many}?`, `${text} ${many}`, "No"))) return;
    this.refused.replaceChildren();
    const { count, refused, done } = await this.asking.ask({ do: verb, ids });
    if (!done) return;
    write(this.said, `${text}: ${count} of ${ids.length} done.`);
    this.refused.replaceChildren(...refused.map(([id, why]) => make("li", {}, `${id}: ${why}`)));
    this.grid.selected.clear();
    this.drawChosen();
    this.grid.draw();
  }

  async open(row) {
    const { job } = await this.asking.ask({ do: "show", key: row[0] });
    if (!job) return;
    this.detail.hidden = false;
    this.detail.replaceChildren(
      make("strong", {}, `Job ${job.slurm_id} ${job.name}: ${job.status}`),
      make("p", {}, [job.reason && `${job.reason}.`, job.explanation].filter(Boolean).join(" ")),
      make("dl", { class: "jsa-facts" }, ...job.facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
      make("button", { type: "button", onclick: () => (this.detail.hidden = true) }, "Close"),
    );
  }
}

export default {
  render({ model, el }) {
    const view = new QueueView(model, el);
    return () => view.stop();
  },
};
