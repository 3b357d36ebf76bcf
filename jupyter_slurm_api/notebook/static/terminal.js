// An output as a terminal shows it: lines, colours, carriage returns; the last of it only.

const MOST_LINES = 2000;
const MOST_COLUMNS = 10000;
const ESCAPE = /\x1b(?:\[([0-9;:?]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/y;
const UNFINISHED = /\x1b(?:\[[0-9;:?]*|\][^\x07\x1b]*)?$/;
const HIDDEN = /[\u0000-\u0007\u000b-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const PROGRESS = /^(.*?)\s*(\d{1,3})%\|[^|]*\|\s*(.*)$/;

function shown(text) {
  return text.replace(HIDDEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

class Terminal {
  constructor(element) {
    this.element = element;
    this.reset();
  }

  reset() {
    this.element.replaceChildren();
    this.lines = [this.newLine()];
    this.row = 0;
    this.column = 0;
    this.style = "";
    this.rest = "";
    this.dropped = false;
  }

  newLine() {
    return { cells: [], styles: [], element: null, dirty: true };
  }

  // Takes text as it comes, however it is cut.
  write(text) {
    const all = this.rest + text;
    const begun = UNFINISHED.exec(all.slice(-200));
    const end = begun ? all.length - begun[0].length : all.length;
    this.rest = all.slice(end);
    for (let at = 0; at < end; ) at = this.step(all, at);
    this.paint();
  }

  step(text, at) {
    const one = text[at];
    if (one === "\n") return this.down(), at + 1;
    if (one === "\r") return (this.column = 0), at + 1;
    if (one === "\b") return (this.column = Math.max(0, this.column - 1)), at + 1;
    if (one === "\x1b") {
      ESCAPE.lastIndex = at;
      const found = ESCAPE.exec(text);
      if (!found) return at + 1;
      if (found[2]) this.obey(found[1], found[2]);
      return at + found[0].length;
    }
    const whole = String.fromCodePoint(text.codePointAt(at));
    this.put(whole);
    return at + whole.length;
  }

  put(one) {
    const line = this.lines[this.row];
    if (this.column >= MOST_COLUMNS) return;
    while (line.cells.length < this.column) line.cells.push(" "), line.styles.push("");
    line.cells[this.column] = one;
    line.styles[this.column] = this.style;
    line.dirty = true;
    this.column += 1;
  }

  down() {
    this.row += 1;
    this.column = 0;
    if (this.row < this.lines.length) return;
    this.lines.push(this.newLine());
    if (this.lines.length > MOST_LINES) {
      this.lines.shift().element?.remove();
      this.row -= 1;
      this.dropped = true;
    }
  }

  obey(numbers, letter) {
    const line = this.lines[this.row];
    const count = Number.parseInt(numbers, 10) || 1;
    if (letter === "m") this.style = colours(this.style, numbers);
    else if (letter === "A") this.row = Math.max(0, this.row - count);
    else if (letter === "K") {
      const from = numbers === "2" ? 0 : this.column;
      line.cells.length = Math.min(line.cells.length, from);
      line.styles.length = line.cells.length;
      line.dirty = true;
    } else if (letter === "G") this.column = count - 1;
    else if (letter === "C") this.column += Math.min(count, 1000);
  }

  paint() {
    for (const line of this.lines) {
      if (!line.dirty || (line === this.lines.at(-1) && !line.cells.length)) continue;
      if (!line.element) {
        line.element = make("div", { class: "jsa-line" });
        this.element.append(line.element);
      }
      line.element.replaceChildren(...spans(line));
      line.dirty = false;
    }
  }

  // The progress that the last lines tell of, as tqdm writes it, and takes it out of the text.
  progress() {
    for (const line of this.lines.slice(-3)) {
      const found = PROGRESS.exec(line.cells.join(""));
      line.element?.classList.toggle("jsa-lifted", Boolean(found));
      if (!found) continue;
      const label = found[1].replace(/:$/, "");
      this.bar = { label, percent: Math.min(100, Number(found[2])), rest: found[3], line };
    }
    const still = this.bar && this.lines.slice(-3).includes(this.bar.line);
    if (this.bar && !still) {
      this.bar.line.element?.classList.remove("jsa-lifted");
      this.bar = null;
    }
    return this.bar ?? null;
  }
}

function spans(line) {
  const parts = [];
  for (let at = 0; at < line.cells.length; ) {
    let end = at + 1;
    while (end < line.cells.length && line.styles[end] === line.styles[at]) end += 1;
    const text = shown(line.cells.slice(at, end).join(""));
    parts.push(line.styles[at] ? make("span", { class: line.styles[at] }, text) : text);
    at = end;
  }
  return parts.length ? parts : ["\u200b"];
}

// The classes after a colour sequence: 16 colours, bold, underline; others change nothing.
function colours(style, numbers) {
  const now = new Set(style.split(" ").filter(Boolean));
  const drop = (kind) => now.forEach((one) => one.startsWith(kind) && now.delete(one));
  const codes = (numbers || "0").split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at];
    if (code === 0) now.clear();
    else if (code === 1) now.add("jsa-bold");
    else if (code === 4) now.add("jsa-under");
    else if (code === 22) now.delete("jsa-bold");
    else if (code === 24) now.delete("jsa-under");
    else if (code === 38 || code === 48) at += codes[at + 1] === 5 ? 2 : 4;
    else if (code === 39) drop("jsa-fg");
    else if (code === 49) drop("jsa-bg");
    else if (code >= 30 && code <= 37) drop("jsa-fg"), now.add(`jsa-fg${code - 30}`);
    else if (code >= 90 && code <= 97) drop("jsa-fg"), now.add(`jsa-fg${code - 90}`);
    else if (code >= 40 && code <= 47) drop("jsa-bg"), now.add(`jsa-bg${code - 40}`);
  }
  return [...now].join(" ");
}
