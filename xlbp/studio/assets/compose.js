// The composer: a template as tables, which the form shows and changes, and as text; the live page follows both.
const offered = JSON.parse(document.getElementById("offered").textContent);
const words = JSON.parse(document.getElementById("words").textContent);
const [formPlace, text, status, live, files, make, begin] =
  ["form", "text", "status", "live", "files", "make", "begin"].map((id) => document.getElementById(id));
let tables = null; // of the template; null where the text is no TOML
let liveJob = "", source = offered.job, timer = 0, asked = 0, sent = 0;

// --- asking the studio

async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(path, { ...options, headers: { "Content-Type": "application/json", Accept: "application/json" } });
  const said = await answer.json().catch(() => ({})); // of a studio that failed there is no JSON
  if (!answer.ok) throw new Error(said.error ?? answer.statusText);
  return said;
}

async function end(job) {
  for (;;) {
    const said = await ask(`/jobs/${job}/state`);
    if (said.is_over) return said;
    await new Promise((go) => setTimeout(go, 150));
  }
}

function say(line, isWrong = false) {
  status.textContent = line;
  status.classList.toggle("wrong", isWrong);
}

// --- the template

async function beginWith(what) {
  const [kind, name] = what.split(":");
  source = "";
  const said = await ask(kind === "start" ? `/compose/start/${name}` : `/compose/shipped/${name}`);
  tables = said.tables;
  text.value = said.text;
  formPlace.inert = false;
  showForm();
  follow(0);
}

async function formChanged(redraw = false) {
  if (redraw) showForm();
  const mine = ++sent;
  try {
    const said = await ask("/compose/text", tables);
    if (mine !== sent) return; // a later change is on its way
    text.value = said.text;
    follow(250);
  } catch (error) {
    say(error.message, true);
  }
}

async function textChanged() {
  try {
    tables = (await ask("/compose/tables", { text: text.value })).tables;
    formPlace.inert = false;
    showForm();
    follow(500);
  } catch (error) {
    formPlace.inert = true; // a change there would write over the text that is being mended
    clearTimeout(timer);
    asked += 1; // what is on its way is of an older text
    say(error.message, true);
  }
}

function follow(wait) {
  clearTimeout(timer);
  timer = setTimeout(showLive, wait);
}

async function showLive() {
  const mine = ++asked;
  say(words.running);
  files.replaceChildren();
  try {
    const { job } = await ask("/compose/live", { text: text.value, job: source, instead_of: liveJob });
    liveJob = job;
    const said = await end(job);
    if (mine !== asked) return;
    if (said.code !== 0) return say(said.error || words.wrong, true);
    live.src = `/jobs/${job}/files/page.html?show`;
    say("");
  } catch (error) {
    if (mine === asked) say(error.message, true);
  }
}

async function makeBook() {
  make.disabled = true;
  say(words.making);
  try {
    const { job } = await ask("/compose/book", { text: text.value, job: source, instead_of: "" });
    const said = await end(job);
    if (said.code !== 0) return say(said.error || words.wrong, true);
    say(words.made.replace("{cells}", said.facts.formula_cells.toLocaleString(document.documentElement.lang)));
    const links = said.files.map((name) => link(`/jobs/${job}/files/${name.split("/").map(encodeURIComponent).join("/")}`, name.split("/").at(-1)));
    if (liveJob) links.push(link(`/jobs/${liveJob}/files/page.html`, "page.html"));
    files.replaceChildren(...links, element("a", { href: `/do/exercise?job=${job}`, className: "button", textContent: words.set_exercise }));
  } catch (error) {
    say(error.message, true);
  } finally {
    make.disabled = false;
  }
}

function link(address, name) {
  const made = element("a", { href: address, className: "button quiet", textContent: name });
  made.setAttribute("download", name);
  return made;
}

// --- the form

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function showForm() {
  const held = document.activeElement?.id;
  formPlace.replaceChildren(...(tables.network ? networkForm() : [element("p", { className: "hint", textContent: words.no_form })]));
  if (held) document.getElementById(held)?.focus();
}

function networkForm() {
  const { network, training = (tables.training = {}) } = tables;
  const layers = (network.layers ??= []);
  return [
    element("h2", { textContent: words.layers }),
    ...layers.map((layer, place) => layerForm(layers, layer, place)),
    element("div", { className: "toolbar" }, adder(layers)),
    keysForm("loss", network, [offered.loss]),
    element("h2", { textContent: words.training }),
    keysForm("training", training, offered.training),
    element("h2", { textContent: words.data }), ...dataForm(),
  ];
}

function layerForm(layers, layer, place) {
  const kind = layer.kind ?? "dense";
  const choice = element("select", { id: `layer-${place}`, ariaLabel: words.kind });
  choice.append(...Object.keys(offered.layers).map((name) => element("option", { value: name, textContent: words[`layer_${name}`] ?? name, selected: name === kind })));
  choice.addEventListener("change", () => { layers[place] = fresh(choice.value); formChanged(true); });
  const move = (to) => () => { layers.splice(to, 0, ...layers.splice(place, 1)); formChanged(true); };
  const row = element("div", { className: "row" }, choice,
    tool("↑", words.up, place > 0, move(place - 1)),
    tool("↓", words.down, place < layers.length - 1, move(place + 1)),
    tool("×", words.remove, layers.length > 1, () => { layers.splice(place, 1); formChanged(true); }));
  return element("div", { className: "layer" }, row, keysForm(`layer-${place}`, layer, offered.layers[kind]));
}

function fresh(kind) {
  const keys = offered.layers[kind].filter((key) => key.default !== null).map((key) => [key.name, structuredClone(key.default)]);
  return Object.fromEntries(kind === "dense" ? keys : [["kind", kind], ...keys]);
}

function tool(sign, label, isOn, does) {
  const made = element("button", { type: "button", className: "quiet", textContent: sign, title: label, ariaLabel: label, disabled: !isOn });
  made.addEventListener("click", does);
  return made;
}

function adder(layers) {
  const made = element("button", { type: "button", className: "quiet", textContent: `+ ${words.add}` });
  made.addEventListener("click", () => { layers.splice(Math.max(layers.length - 1, 0), 0, fresh("dense")); formChanged(true); });
  return made;
}

function keysForm(prefix, table, keys) {
  const fields = (some) => element("div", { className: "keys" }, ...some.map((key) => keyField(`${prefix}-${key.name}`, table, key)));
  const rare = keys.filter((key) => key.is_rare), rest = keys.filter((key) => !key.is_rare);
  if (!rare.length) return fields(keys);
  const more = element("details", { open: rare.some((key) => key.name in table) }, element("summary", { textContent: words.more }), fields(rare));
  return element("div", {}, fields(rest), more);
}

function keyField(id, table, key) {
  const value = table[key.name];
  const isTable = value !== null && typeof value === "object" && !Array.isArray(value);
  const field = key.kind === "choice" ? chooser(key, isTable ? value.name : value) : element("input", key.kind === "tick"
    ? { type: "checkbox", checked: value ?? key.name === "bias" }
    : { type: "text", value: typed(value), inputMode: key.kind === "text" ? "text" : "decimal", autocomplete: "off" });
  field.id = id;
  field.addEventListener("change", () => {
    const next = read(field, key);
    if (next === undefined) delete table[key.name]; else table[key.name] = next;
    formChanged();
  });
  return element("label", { htmlFor: id, textContent: words[`key_${key.name}`] ?? key.name }, field);
}

function chooser(key, value) {
  const made = element("select");
  const [first, ...others] = key.choices; // the first is what counts where nothing is said
  const said = key.default === null ? "" : first;
  made.append(element("option", { value: said, textContent: first, selected: !value || value === first }));
  made.append(...others.map((name) => element("option", { value: name, textContent: name, selected: name === value })));
  return made;
}

function typed(value) {
  return value === undefined ? "" : Array.isArray(value) ? value.join(", ") : String(value);
}

function read(field, key) {
  if (key.kind === "tick") return field.checked === (key.name === "bias") ? undefined : field.checked;
  const written = field.value.trim();
  if (!written) return undefined;
  if (key.kind === "names") return written.split(/[,;\s]+/).filter(Boolean);
  if (key.kind === "list") return numbers(written);
  return ["whole", "number"].includes(key.kind) ? number(written) : written;
}

function number(written) {
  const plain = Number(written.replace(",", "."));
  return Number.isFinite(plain) ? plain : written; // what is no number the template's reader refuses, with its line
}

function numbers(written) {
  const found = written.split(/[,;\s]+/).map(number);
  return found.length === 1 ? found[0] : found;
}

// --- the data: rows of numbers as lines, anything deeper as lists in brackets

function dataForm() {
  const data = (tables.data ??= {});
  if (data.file) return [element("p", { className: "hint", textContent: words.from_file.replace("{file}", data.file) })];
  return ["inputs", "targets"].map((name) => {
    const field = element("textarea", { id: `data-${name}`, rows: 4, value: lines(data[name] ?? []), spellcheck: false });
    field.addEventListener("change", () => { data[name] = rows(field.value); formChanged(); });
    return element("label", { htmlFor: field.id, className: "label", textContent: words[name] }, field);
  });
}

function lines(value) {
  const isFlat = (row) => Array.isArray(row) && row.every((cell) => !Array.isArray(cell));
  if (value.every(isFlat)) return value.map((row) => row.join(", ")).join("\n");
  return value.map((row) => JSON.stringify(row)).join("\n");
}

function rows(written) {
  return written.split("\n").filter((line) => line.trim()).map((line) => {
    if (/^\s*["[]/.test(line)) {
      try { return JSON.parse(line); } catch { return line.trim(); }
    }
    return line.trim().split(separator(line)).filter((cell) => cell.trim()).map((cell) => number(cell.trim()));
  });
}

// Between the numbers of a line: 0.5, 0.7 or 0.5 0.7, or with decimal commas 0,5; 0,7 or 0,5 0,7; from a spreadsheet tabs.
function separator(line) {
  if (/[;\t]/.test(line)) return /[;\t]/;
  return /\d\s/.test(line.trim()) && !/,\s/.test(line) ? /\s+/ : /[,\s]+/;
}

// --- begin

begin.addEventListener("change", () => beginWith(begin.value));
text.addEventListener("change", textChanged);
make.addEventListener("click", makeBook);
if (offered.text) {
  text.value = offered.text;
  textChanged();
} else {
  beginWith(begin.value);
}
