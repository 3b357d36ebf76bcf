// One job: state, time line, why, output, how it went, and what can be done about it.

function bar(text, percent) {
  const label = make("span", {}, text);
  const progress = make("progress", { max: "100", value: String(percent), "aria-label": text });
  return make("div", { class: "jsa-bar" }, label, progress);
}

class Output {
  constructor(catchUp) {
    this.catchUp = catchUp; // called when a piece has been missed
    this.heads = make("p", { class: "jsa-note" });
    this.text = make("div", { class: "jsa-output", tabindex: "0", role: "log", "aria-label": "Output", "aria-live": "off" });
    this.progress = make("div", { class: "jsa-progress" });
    this.element = make("div", { hidden: true }, this.progress, this.text, this.heads);
    this.terminal = new Terminal(this.text);
    this.number = null;
  }

  all(output) {
    this.terminal.reset();
    this.number = output.number;
    this.take(output);
  }

  piece(output) {
    if (this.number !== null && output.number <= this.number) return;
    if (output.number !== this.number + 1) return this.catchUp();
    this.number = output.number;
    if (output.anew) this.terminal.reset();
    this.take(output);
  }

  take(output) {
    this.last = output;
    const follows = this.text.scrollTop + this.text.clientHeight >= this.text.scrollHeight - 4;
    this.terminal.write(output.text);
    this.element.hidden = !this.text.childElementCount && !output.note;
    this.drawProgress();
    if (follows) this.text.scrollTop = this.text.scrollHeight;
  }

  drawProgress() {
    const progress = this.terminal.progress();
    if (!progress) return this.progress.replaceChildren();
    const text = `${progress.label || "Progress"}: ${progress.percent} %, ${progress.rest}`;
    const old = this.progress.firstChild;
    if (!old) return this.progress.append(bar(text, progress.percent));
    write(old.firstChild, text);
    old.lastChild.value = progress.percent;
    old.lastChild.setAttribute("aria-label", text);
  }

  draw(path, label) {
    if (!this.last) return;
    this.text.setAttribute("aria-label", label);
    const cut = this.last.cut || this.terminal.dropped;
    const part = cut ? `Only the end of ${this.last.size} bytes is shown. ` : "";
    const where = path ? `${label}: ${path}` : label;
    write(this.heads, `${part}${this.last.note ? `${this.last.note} ` : ""}${where}`);
  }
}

class JobView {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.build();
    this.asking = new Asking(model, (text) => write(this.said, text));
    this.ask = (...what) => this.asking.ask(...what);
    this.tasks = new Tasks(model, (task) => this.ask({ do: "follow", task }));
    this.outputs = new Map();
    this.middle.append(this.tasks.element);
    this.redraw = () => this.draw();
    this.received = (message) => this.take(message);
    model.on("change", this.redraw);
    model.on("msg:custom", this.received);
    model.get("outputs").forEach((output) => this.outputOf(output).all(output));
    this.draw();
    this.catchUp();
  }

  catchUp() {
    const numbers = [...this.outputs.values()].map((output) => output.number);
    this.ask({ do: "outputs", numbers }, { quiet: true });
  }

  build() {
    this.title = make("strong", { class: "jsa-name" });
    this.state = make("span", { class: "jsa-state" });
    this.buttons = make("div", { class: "jsa-buttons", role: "group", "aria-label": "What can be done" });
    this.place = make("div");
    this.said = make("p", { class: "jsa-said", role: "status" });
    this.stale = make("p", { class: "jsa-stale", role: "status" });
    this.why = make("p", { class: "jsa-why" });
    this.timeline = make("ol", { class: "jsa-timeline" });
    this.middle = make("div");
    this.written = make("div");
    this.report = make("div", { class: "jsa-report" });
    this.facts = make("dl", { class: "jsa-facts" });
    this.root = make(
      "section",
      { class: "jsa jsa-job", "aria-label": "Job", "data-lm-suppress-shortcuts": "true" },
      make("div", { class: "jsa-head" }, this.title, this.state, this.buttons),
      this.stale,
      this.place,
      this.said,
      this.timeline,
      this.why,
      this.middle,
      this.written,
      this.report,
      make("details", {}, make("summary", {}, "Details"), this.facts),
    );
    this.el.append(this.root);
  }

  stop() {
    this.asking.stop();
    this.model.off("change", this.redraw);
    this.model.off("msg:custom", this.received);
  }

  take(message) {
    if (message.kind === "output") this.outputOf(message).piece(message);
    if (message.kind === "outputs") {
      this.outputs.clear();
      this.written.replaceChildren();
      message.outputs.forEach((output) => this.outputOf(output).all(output));
    }
    if (!message.kind.startsWith("output")) return;
    this.drawOutputs();
    this.drawReport(this.model.get("job"));
  }

  outputOf({ stream, job }) {
    if (!this.outputs.has(stream)) {
      const output = new Output(() => this.catchUp());
      output.job = job;
      this.outputs.set(stream, output);
      this.written.append(output.element);
    }
    return this.outputs.get(stream);
  }

  draw() {
    const job = this.model.get("job");
    this.root.classList.toggle("jsa-live", Boolean(job.status));
    const id = job.slurm_id || job.job_id || "";
    write(this.title, job.status ? `Job ${id} ${job.name}` : "Looking for the job …");
    this.root.setAttribute("aria-label", `Job ${id}`);
    write(this.state, job.status ?? "");
    this.state.className = `jsa-state jsa-${toneOf(job.status)}`;
    write(this.stale, [staleText(this.model.get("stale")), this.model.get("trouble")].filter(Boolean).join(" "));
    if (!job.status) return;
    this.drawTimeline(job);
    write(this.why, [job.reason && `${job.reason}.`, job.explanation].filter(Boolean).join(" "));
    this.tasks.draw();
    this.drawButtons(job);
    this.drawOutputs();
    this.drawReport(job);
    this.facts.replaceChildren(...job.facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  }

  drawTimeline(job) {
    const steps = job.timeline.map(([what, at]) => [what, moment(at), at]);
    if (job.estimated_start) steps.push(["Expected start", moment(job.estimated_start), job.estimated_start]);
    this.timeline.replaceChildren(
      ...steps.map(([what, text, at]) => make("li", {}, `${what} `, make("time", { datetime: at }, text))),
    );
  }

  drawButtons(job) {
    const wanted = [...job.can, ...(job.stdout && !this.tasks.letters ? ["open"] : [])].join();
    if (wanted === this.wanted) return; // a button that is focused stays
    this.wanted = wanted;
    const button = (text, onclick) => make("button", { type: "button", onclick }, text);
    const made = {
      cancel: () => button("Cancel", () => this.cancel()),
      hold: () => button("Hold", () => this.ask({ do: "hold" })),
      release: () => button("Release", () => this.ask({ do: "release" })),
      resubmit: () => button("Submit again", () => this.again()),
      open: () => button("Open output", () => this.open()),
    };
    this.buttons.replaceChildren(...wanted.split(",").filter(Boolean).map((name) => made[name]()));
  }

  async cancel() {
    if (await question(this.place, "Cancel this job?", "Cancel it", "Let it go on")) this.ask({ do: "cancel" });
  }

  // Shows where the output is, with a link where the application can open it.
  open() {
    const { stdout } = this.model.get("job");
    const path = this.pathInServer(stdout);
    const link = make("a", { href: "#", "data-commandlinker-command": "docmanager:open", "data-commandlinker-args": JSON.stringify({ path }) }, "Open it");
    this.place.replaceChildren(make("p", { class: "jsa-question" }, make("code", {}, stdout), path ? link : null));
    if (path) link.focus();
  }

  // A file's path below the server's root, as Jupyter's own pages tell that root; empty if there is none.
  pathInServer(path) {
    const config = document.querySelector("#jupyter-config-data");
    const { serverRoot = "" } = config ? JSON.parse(config.textContent) : {};
    const root = serverRoot.replace(/^~/, this.model.get("home"));
    return root.startsWith("/") && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : "";
  }

  again() {
    const fields = this.model.get("job").next.map((one) => ({
      ...one,
      input: make("input", { type: "text", value: one.value, size: "12", placeholder: "as it was", "aria-label": `--${one.parameter}` }),
    }));
    const submit = () => {
      const changed = fields.filter(({ input, now }) => input.value.trim() && input.value !== now);
      const parameters = Object.fromEntries(changed.map(({ parameter, input }) => [parameter, input.value.trim()]));
      this.place.replaceChildren();
      this.ask({ do: "resubmit", parameters });
    };
    const form = make(
      "div",
      { class: "jsa-question", role: "group", "aria-label": "Submit again" },
      ...fields.map(({ parameter, input, why }) =>
        make("label", {}, `--${parameter} `, input, why ? make("span", { class: "jsa-note" }, ` ${why}`) : null),
      ),
      make("button", { type: "button", class: "jsa-strong", onclick: submit }, "Submit it"),
      make("button", { type: "button", onclick: () => this.place.replaceChildren() }, "Leave it"),
    );
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.place.replaceChildren();
      if (event.key === "Enter" && event.target.tagName === "INPUT") submit();
    });
    this.place.replaceChildren(form);
    fields[0]?.input.focus();
  }

  drawOutputs() {
    const job = this.model.get("job");
    for (const [stream, output] of this.outputs) {
      const ofTask = output.job.includes("_") ? ` of task ${output.job.split("_")[1]}` : "";
      const label = (stream === "stderr" ? "Errors" : "Output") + ofTask;
      output.draw(ofTask ? "" : job[stream], label);
    }
  }

  drawReport({ report = null, explanation }) {
    const text = JSON.stringify([report, this.outputs.size]);
    if (text === this.reported) return;
    this.reported = text;
    if (!report) return this.report.replaceChildren();
    const { failure, suggestions, note } = report;
    this.report.replaceChildren(
      ...[report.cpu, report.memory].filter(Boolean).map((one) => bar(one.text, one.percent)),
      ...(failure && failure.explanation !== explanation
        ? [make("p", { class: "jsa-failure" }, failure.explanation)]
        : []),
      ...(failure?.last_lines.length && !this.outputs.size
        ? [make("p", { class: "jsa-note" }, "The last lines of its errors:"), make("pre", { tabindex: "0" }, failure.last_lines.join("\n"))]
        : []),
      ...(suggestions.length
        ? [make("ul", {}, ...suggestions.map((one) => make("li", {}, make("code", {}, `--${one.parameter}=${one.value}`), ` ${one.reason}`)))]
        : []),
      ...(note ? [make("p", { class: "jsa-note" }, note)] : []),
    );
  }
}

export default {
  render({ model, el }) {
    const view = new JobView(model, el);
    return () => view.stop();
  },
};
