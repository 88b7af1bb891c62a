// What all views use: elements, words, numbers as a reader has them, and what is chosen.
const book = JSON.parse(document.getElementById('data').textContent);
const { columns, iterations, words } = book;
const names = book.names.split('\n');
const symbols = book.symbols.split('\n').map((symbol, n) => symbol || names[n]);
const own = Float64Array.from(book.own), typed = Float64Array.from(own);
const R = rowsOf(columns, iterations), P = new Float64Array(book.panel);
const ownP = new Float64Array(book.panel), ownR = trainInto(rowsOf(columns, iterations), ownP, own, columns, iterations);
const chosen = { t: book.shown[0], sample: book.shown[1], parameter: book.shown[2], cell: { id: book.objective, t: book.shown[0] }, tab: 'training' };

const SVG = 'http://www.w3.org/2000/svg';
function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}
function drawn(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}
function fill(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat().filter(child => child !== null && child !== undefined));
  return made;
}
const word = (key, values = {}) =>
  words[key].replace(/\{(\w+)\}/g, (_, name) => name in values ? values[name] : words[name] ?? '');

// Numbers by the page's own count: the columns of a row, then the panel.
const value = (id, t = chosen.t) => id < 0 ? NaN : id < columns ? R[t * columns + id] : P[id - columns];
const shift = new Map();
for (const [id, step, ...others] of book.samples.families) shift.set(id, others.length ? others : step);
// The same quantity of the chosen sample, where this one is the first one's.
function ofSample(id, sample = chosen.sample) {
  const step = shift.get(id);
  if (step === undefined) return id;
  return Array.isArray(step) ? step[sample - 1] : id + (sample - 1) * step;
}
const firstOf = new Map(); // of any sample's quantity the first sample's
for (const id of shift.keys()) for (let s = 1; s <= book.samples.count; s++) firstOf.set(ofSample(id, s), id);

// Four decimals, and of small numbers four digits, as on the sheets; tiny and huge ones scientific.
function readable(x, whole = false) {
  if (!(Math.abs(x) < Infinity)) return '#NUM!';
  const size = Math.abs(x);
  if (whole && Number.isInteger(x) && size < 1e6) return signed(x, String(size));
  if (size < 1e-307) return localized('0.0000');
  if (size >= 1e6 || size < 1e-4) return signed(x, size.toExponential(2).replace(/e([+-])(\d)$/, 'e$10$2').replace('e', 'E').replace('-', '−'));
  const beyond = Math.abs(size * 1e4 - Math.round(size * 1e4)) >= 1e-7;
  const places = size >= 0.1 || !beyond ? 4 : Math.max(4, 3 - Math.floor(Math.log10(size * 1.00005)));
  return signed(x, size.toFixed(places));
}
const localized = text => text.replace('.', book.signs[0]);
const signed = (x, text) => (x < 0 ? '−' : '') + localized(text);
const exact = x => x - x === 0 ? localized(String(x).replace(/-/g, '−')) : '#NUM!';
const bracketed = (x, whole = false) => x < 0 ? `(${readable(x, whole)})` : readable(x, whole);
// A number of the panel is shown as it is typed, where it is whole.
const shownValue = (id, t = chosen.t) => readable(value(id, t), id >= columns);
// What a person types, with a point or a comma, also in the wide signs of a Chinese keyboard; NaN for what is no number.
function numberIn(text) {
  const plain = text.normalize('NFKC').trim().replace(/[−–]/g, '-').replace('。', '.').replace(/^([^.,]*),([^.,]*)$/, '$1.$2');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) && Math.abs(Number(plain)) < Infinity ? Number(plain) : NaN;
}
const given = new Set(book.formulas.given);
const placeTyped = new Map(names.slice(columns, columns + own.length).map((name, n) => [name, n]));
// Where a quantity is typed; -1 for what is computed.
function typedAt(id, t) {
  if (id >= columns) return id - columns < own.length ? id - columns : -1;
  return t === 0 && given.has(id) ? placeTyped.get(names[id]) ?? -1 : -1;
}

// Formulas: a pattern for each column, and the places of what stands in it.
function expanded(items, out = []) {
  const flat = (item, add, at) => {
    if (item[0] >= 0) {
      out.push([item[0], ...item.slice(1).map((n, k) => n + add[at + k])]);
      return at + item.length - 1;
    }
    const [count, steps, inside] = item;
    for (let i = 0; i < -count; i++) {
      const more = steps.map((step, k) => add[at + k] + i * step);
      let place = 0;
      for (const each of inside) place = flat(each, more, place);
    }
    return at + steps.length;
  };
  for (const item of items) flat(item, new Array(item[0] < 0 ? item[1].length : item.length).fill(0), 0);
  return out;
}
const formulaOf = expanded(book.formulas.columns);
const startOf = new Map(book.formulas.starts.map(([n, ...item]) => [n, item]));
// The text pieces of a formula and what stands between them: number in the page's count, and row.
function formula(id, t) {
  if (id >= columns || typedAt(id, t) >= 0) return null;
  const [pattern, ...places] = (t === 0 && startOf.get(id)) || formulaOf[id];
  const [arrays, ...pieces] = book.formulas.patterns[pattern];
  const parts = places.map((n, k) => ({ id: arrays[k] === 'P' ? columns + n : n, t: arrays[k] === 'U' ? t - 1 : t, above: arrays[k] === 'U' }));
  return { pieces, parts };
}
const inSymbols = ({ pieces, parts }) =>
  pieces.map((piece, k) => piece + (k < parts.length ? symbols[parts[k].id] + (parts[k].above ? '[t−1]' : '') : '')).join('');
const inNumbers = ({ pieces, parts }) => pieces.map((piece, k) => piece
  + (k < parts.length ? bracketed(value(parts[k].id, parts[k].t), parts[k].id >= columns) : '')).join('').replace(/\((\(−[^()]*\))\)/g, '$1');
