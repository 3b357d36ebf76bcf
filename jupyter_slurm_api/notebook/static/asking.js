// What the widgets share: asking the kernel, saying what became of it, and building elements.
// Text from Slurm gets into the page by textContent alone.

const HEARD_MS = 1000;
const WAITS =
  "This waits for the cell that is running. After a restart of the kernel, show the widget anew.";
const GONE = "The kernel that showed this is gone: show the widget anew.";

// An element with its attributes; children are elements or text.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// Changes what is different only, so that neither focus nor a screen reader's place is lost.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function moment(iso) {
  if (!iso) return "";
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  return today ? at.toLocaleTimeString() : at.toLocaleString();
}

function toneOf(state) {
  if (["RUNNING", "COMPLETING", "CONFIGURING", "STAGE_OUT"].includes(state)) return "runs";
  if (state === "COMPLETED") return "well";
  if (["PENDING", "SUSPENDED", "SUBMITTING", "REQUEUED", "REQUEUE_HOLD"].includes(state))
    return "waits";
  if (["CANCELLED", "PREEMPTED", "UNKNOWN", "NOT_SUBMITTED"].includes(state)) return "gone";
  return "failed";
}

function staleText(stale) {
  if (!stale || !stale.what) return "";
  const who = stale.what === "server" ? "the Jupyter server does not answer" : "Slurm does not answer";
  return `Stale since ${moment(stale.since) || "its start"}: ${who}.`;
}

// Sends what is asked, and tells `say` how it goes. The kernel says at once that it has heard:
// where it does not, it runs a cell, and has no second place to hear at meanwhile.
class Asking {
  constructor(model, say) {
    this.model = model;
    this.say = say;
    this.open = new Map();
    this.listen = (message) => this.take(message);
    model.on("msg:custom", this.listen);
  }

  stop() {
    this.model.off("msg:custom", this.listen);
    for (const { timer } of this.open.values()) clearTimeout(timer);
  }

  ask(what, { quiet = false } = {}) {
    const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        if (!quiet) this.say(WAITS);
      }, HEARD_MS);
      this.open.set(id, { resolve, timer, quiet });
      try {
        this.model.send({ id, ...what });
      } catch {
        clearTimeout(timer);
        this.say(GONE);
      }
    });
  }

  take(message) {
    const asked = this.open.get(message.id);
    if (!asked) return;
    clearTimeout(asked.timer);
    if (message.kind === "heard" && !asked.quiet) this.say("…");
    if (message.kind !== "done") return;
    this.open.delete(message.id);
    if (!asked.quiet) this.say(message.message ?? "");
    asked.resolve(message);
  }
}

// A question in the page; resolves to whether it was answered with yes. Escape is no.
function question(place, text, yes, no) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const end = (answer) => {
      place.replaceChildren();
      if (before?.isConnected) before.focus();
      resolve(answer);
    };
    const sure = make("button", { type: "button", class: "jsa-strong", onclick: () => end(true) }, yes);
    const box = make(
      "div",
      { class: "jsa-question", role: "group", "aria-label": text },
      make("span", {}, text),
      sure,
      make("button", { type: "button", onclick: () => end(false) }, no),
    );
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") end(false);
    });
    place.replaceChildren(box);
    sure.focus();
  });
}
