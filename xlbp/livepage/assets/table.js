// The training as a table: a row for each iteration, of which only what is in sight is made.
const ROW = 28, WIDTH = 104, FIRST = 76, HEAD = 118;
const open = new Set([...book.phases.keys()].filter(n => book.phases[n][2]));
const bands = []; // phase by phase: its first column, and how many
book.phases.reduce((first, [, , , parts], n) => {
  const count = parts.reduce((sum, part) => sum + part[1], 0);
  bands.push({ n, first, count, parts });
  return first + count;
}, 0);
let lanes = []; // what stands side by side: a column, or a phase that is folded (-1 - its number)
function layLanes() {
  lanes = [];
  for (const { n, first, count } of bands) {
    if (first === 0) continue; // the iteration, which stays in sight
    if (open.has(n)) for (let k = 0; k < count; k++) lanes.push(first + k);
    else lanes.push(-1 - n, ...book.phases[n][4]);
  }
}
layLanes();
const grid = element('div', {
  id: 'grid', class: 'grid', role: 'grid', tabindex: 0, 'aria-label': words.training, 'aria-rowcount': iterations + 3,
  onscroll: () => requestAnimationFrame(showTable), onkeydown: walk, onclick: pickCell,
});
const gridHead = element('div', { class: 'grid-head', role: 'rowgroup' }), gridBody = element('div', { class: 'grid-body', role: 'rowgroup' });
grid.append(gridHead, gridBody);

let inSight = ''; // what is made: a change of numbers alone changes the texts in it
function refresh() {
  for (const line of gridBody.children) {
    line.classList.toggle('chosen', Number(line.firstChild.dataset.t) === chosen.t);
    for (const cell of line.children) if (cell.dataset.id !== undefined) showNumber(cell, Number(cell.dataset.id), Number(cell.dataset.t));
  }
  markActive();
}
const lane = (from, to, make) => lanes.slice(from, to).map((id, k) => make(id, from + k));
function showTable() {
  if (chosen.tab !== 'training') return;
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = grid;
  const from = Math.max(0, Math.floor(scrollLeft / WIDTH) - 2), to = Math.min(lanes.length, from + Math.ceil(clientWidth / WIDTH) + 5);
  const first = Math.max(0, Math.floor(scrollTop / ROW) - 3), last = Math.min(iterations, first + Math.ceil(clientHeight / ROW) + 6);
  const window = [from, to, first, last, lanes.length, ...open].join(' ');
  if (window === inSight) { refresh(); return; }
  inSight = window;
  const width = `${FIRST + lanes.length * WIDTH}px`;
  grid.setAttribute('aria-colcount', lanes.length + 1);
  gridHead.replaceChildren(bandRow(from, to), partRow(from, to), symbolRow(from, to));
  gridHead.style.width = gridBody.style.width = width;
  gridBody.style.height = `${(iterations + 1) * ROW}px`;
  const rows = [];
  for (let t = first; t <= last; t++) rows.push(dataRow(t, from, to));
  gridBody.replaceChildren(...rows);
  markActive();
}
function row(kind, cells, from, attributes = {}) {
  const spacer = element('div', { class: 'spacer', role: 'none' });
  spacer.style.width = `${from * WIDTH}px`;
  return element('div', { role: 'row', class: kind, ...attributes }, cells[0], spacer, cells.slice(1));
}
const phaseOf = id => id < 0 ? -1 - id : bands.findIndex(band => id < band.first + band.count);
function bandRow(from, to) {
  const cells = [element('div', { role: 'gridcell', class: 'corner', 'aria-colindex': 1 })];
  for (let at = from; at < to;) {
    const n = phaseOf(lanes[at]), [phase, title] = book.phases[n];
    let end = at;
    while (end < to && phaseOf(lanes[end]) === n) end++;
    const isOpen = open.has(n), toggle = element('button', {
      type: 'button', 'aria-expanded': String(isOpen), 'data-phase': n, title, class: isOpen || end - at > 1 ? 'fold' : 'fold folded',
    }, `${isOpen ? '−' : '+'}\u00a0${title}`);
    const cell = element('div', { role: 'columnheader', class: `band phase-${phase}`, 'aria-colindex': at + 2, 'aria-colspan': end - at }, toggle);
    cell.style.width = `${(end - at) * WIDTH}px`;
    cells.push(cell);
    at = end;
  }
  return row('bands', cells, from, { 'aria-rowindex': 1 });
}
function partsOf(id) {
  const band = bands[phaseOf(id)];
  let at = band.first;
  for (const part of band.parts) { at += part[1]; if (id < at) return part; }
  return ['', 0];
}
function partRow(from, to) {
  const cells = [element('div', { role: 'gridcell', class: 'corner', 'aria-colindex': 1 })];
  for (let at = from; at < to;) {
    const part = lanes[at] < 0 ? null : partsOf(lanes[at]), phase = phaseOf(lanes[at]);
    let end = at + 1;
    while (part && end < to && lanes[end] >= 0 && partsOf(lanes[end]) === part) end++;
    const cell = element('div', { role: part && part[0] ? 'columnheader' : 'gridcell', class: `part tint-${book.phases[phase][0]}`, 'aria-colindex': at + 2, 'aria-colspan': end - at },
      element('span', {}, part ? part[0] : ''));
    cell.style.width = `${(end - at) * WIDTH}px`;
    cells.push(cell);
    at = end;
  }
  return row('parts', cells, from, { 'aria-rowindex': 2 });
}
function symbolRow(from, to) {
  const corner = element('div', { role: 'columnheader', class: 'corner symbol', 'aria-colindex': 1 }, words.iteration);
  return row('symbols', [corner, ...lane(from, to, (id, at) => {
    const phase = book.phases[phaseOf(id)][0];
    const shown = id < 0 ? [element('span', {}, '…')] : [
      element('b', {}, symbols[id]), element('small', {}, typedAt(id, 0) >= 0 ? '← ' + inSymbols(formula(id, 1)).replace('[t−1]', '') : '= ' + inSymbols(formula(id, 1)))];
    const what = id < 0 ? '' : book.said.texts[book.said.what[id]];
    return element('div', { role: 'columnheader', class: `symbol tint-${phase}`, 'aria-colindex': at + 2, title: what }, shown);
  })], from, { 'aria-rowindex': 3 });
}
function dataRow(t, from, to) {
  const cells = [element('div', { role: 'rowheader', class: 'corner', 'aria-colindex': 1, 'data-t': t }, String(t)),
    ...lane(from, to, (id, at) => dataCell(id, at, t))];
  const made = row(t === chosen.t ? 'row chosen' : 'row', cells, from, { 'aria-rowindex': t + 4 });
  made.style.top = `${t * ROW}px`;
  return made;
}
function dataCell(id, at, t) {
  if (id < 0) return element('div', { role: 'gridcell', class: 'cell away', 'aria-colindex': at + 2 }, '·');
  const cell = element('div', { role: 'gridcell', id: `c${t}-${id}`, 'data-t': t, 'data-id': id, 'aria-colindex': at + 2 });
  showNumber(cell, id, t);
  return cell;
}
function showNumber(cell, id, t) {
  const x = value(id, t), place = typedAt(id, t), text = readable(x, isWhole(id));
  const kind = 'cell' + (x < 0 ? ' negative' : '') + (x - x === 0 ? '' : ' error') + (place >= 0 ? ' typed' : '')
    + (place >= 0 && typed[place] !== own[place] ? ' changed' : '') + (id === book.objective ? ' objective' : '');
  if (cell.textContent !== text) cell.textContent = text;
  if (cell.className !== kind) cell.className = kind;
}
const isWhole = id => book.phases[phaseOf(id)][0] === 'dropout' || /^(:epoch|s\[0\])/.test(names[id]);
function markActive() {
  const { cell } = chosen;
  grid.querySelectorAll('.active').forEach(old => { old.classList.remove('active'); old.removeAttribute('aria-selected'); });
  const active = cell && document.getElementById(`c${cell.t}-${cell.id}`);
  if (active) { active.classList.add('active'); active.setAttribute('aria-selected', 'true'); grid.setAttribute('aria-activedescendant', active.id); }
  else grid.removeAttribute('aria-activedescendant');
}
function foldPhase(n) {
  if (open.has(n)) open.delete(n); else open.add(n);
  layLanes();
  showTable();
  grid.querySelector(`[data-phase="${n}"]`)?.focus();
}
function pickCell(event) {
  const fold = event.target.closest('[data-phase]'), cell = event.target.closest('[data-t]');
  if (fold) foldPhase(Number(fold.dataset.phase));
  else if (cell?.dataset.id !== undefined) select(Number(cell.dataset.id), Number(cell.dataset.t));
  else if (cell) chooseIteration(Number(cell.dataset.t));
}
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [0, -10], PageDown: [0, 10],
  Home: [-1e6, 0], End: [1e6, 0] };
function walk(event) {
  const move = MOVES[event.key];
  if (!move || event.target !== grid || event.altKey || event.metaKey) return;
  event.preventDefault();
  const shown = lanes.filter(id => id >= 0);
  if (!shown.length) return;
  const now = chosen.cell && shown.includes(chosen.cell.id) ? shown.indexOf(chosen.cell.id) : 0;
  const first = event.ctrlKey && move[1] === 0 ? [0, Math.sign(move[0]) * 1e6] : move;
  const id = shown[Math.min(shown.length - 1, Math.max(0, now + first[0]))];
  const t = Math.min(iterations, Math.max(0, (chosen.cell?.t ?? chosen.t) + first[1]));
  select(id, t);
  reveal(id, t);
}
// Scroll so that a cell is in sight; unfold its phase first.
function reveal(id, t) {
  if (id >= columns || phaseOf(id) === 0) return;
  if (!open.has(phaseOf(id))) { open.add(phaseOf(id)); layLanes(); showTable(); }
  const left = lanes.indexOf(id) * WIDTH, top = t * ROW;
  if (left < grid.scrollLeft) grid.scrollLeft = left;
  if (left + WIDTH + FIRST > grid.scrollLeft + grid.clientWidth) grid.scrollLeft = left + WIDTH + FIRST - grid.clientWidth;
  if (top < grid.scrollTop) grid.scrollTop = top;
  if (top + ROW + HEAD > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + ROW + HEAD - grid.clientHeight;
  showTable();
}
