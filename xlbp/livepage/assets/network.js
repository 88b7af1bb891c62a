// The network with the numbers of the chosen iteration and sample; its arrays as grids of colours.
const BLUE = [0, 114, 178], RED = [213, 94, 0];
// From white at 0 to a colour that black ink is legible on.
function shade(x, largest) {
  if (!(Math.abs(x) <= Infinity) || !(largest > 0)) return '#ffffff';
  const part = Math.min(1, Math.abs(x) / largest) * 0.5, colour = x < 0 ? RED : BLUE;
  return `rgb(${colour.map(c => Math.round(255 - part * (255 - c))).join(',')})`;
}
const lineColour = x => x < 0 ? '#b34700' : x > 0 ? '#0072b2' : '#8a8a8a';
const largestOf = numbers => numbers.reduce((most, x) => Math.abs(x) > most ? Math.abs(x) : most, 0);
let showsGradients = false;

function showNetwork(view) {
  const parts = [];
  if (book.drawing) parts.push(element('div', { class: 'scrolled picture', tabindex: 0, role: 'region', 'aria-label': words.network }, unitsPicture()),
    element('p', { class: 'muted' }, word(book.drawing.graph ? 'legend_graph' : book.drawing.edges.some(edge => edge[2] >= 0) ? 'legend' : 'legend_plain')));
  if (book.grids.length) parts.push(gridsView());
  const isHeld = view.contains(document.activeElement) && document.activeElement.classList.contains('unit');
  view.replaceChildren(...parts);
  if (isHeld) view.querySelector('.unit[tabindex="0"]').focus({ preventScroll: true });
}
let unitInHand = 0; // the one that Tab leads to; arrow keys lead from it to the others
const walkUnits = n => event => {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Enter: 0, ' ': 0 }[event.key], { units } = book.drawing;
  if (by === undefined) return;
  event.preventDefault();
  unitInHand = (n + by + units.length) % units.length;
  select(ofSample(units[unitInHand][2]), chosen.t);
};
function placesOfUnits() {
  const { units, steps } = book.drawing, groups = new Map();
  const last = Math.max(...units.map(unit => unit[1]), 1);
  const placed = units.map(([stage, step]) => steps ? [step || last, stage] : [stage, 0]);
  placed.forEach(([x, y], n) => {
    const key = `${x} ${y}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(n);
  });
  const most = Math.max(...[...groups.values()].map(group => group.length)), at = [];
  const stages = Math.max(...units.map(unit => unit[0])) + 1, across = steps ? Math.max(110, most * 74 + 40) : Math.max(130, Math.min(230, 1150 / stages));
  const height = steps ? stages * 130 + 20 : most * 112 + 30;
  for (const [key, group] of groups) {
    const [x, y] = key.split(' ').map(Number);
    group.forEach((unit, k) => {
      at[unit] = steps ? [60 + (x - 1) * across + (k + (most - group.length) / 2) * 74, height - 70 - y * 130]
        : [70 + x * across, 60 + (k + (most - group.length) / 2) * 112];
    });
  }
  const width = Math.max(...at.map(([x]) => x)) + 80;
  return { at, width, height };
}
function unitsPicture() {
  const { units, edges } = book.drawing, { at, width, height } = placesOfUnits();
  const svg = drawn('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'group', 'aria-label': words.network });
  svg.style.minWidth = `${Math.min(width, Math.max(560, width * 0.72))}px`;
  const weights = edges.map(([, , id]) => id < 0 ? NaN : value(ofSample(id))), largest = largestOf(weights.filter(x => x - x === 0));
  const few = edges.length <= 20 && !book.drawing.steps, parameter = book.parameters[chosen.parameter];
  edges.forEach(([from, to, id], n) => {
    const [x1, y1] = at[from], [x2, y2] = at[to], isChosen = id >= 0 && id === parameter;
    const size = id < 0 ? 1.2 : 1 + 4 * Math.abs(weights[n]) / (largest || 1);
    const bend = y1 === y2 && book.drawing.steps ? y1 - 30 - Math.abs(x2 - x1) / 7 : (y1 + y2) / 2; // not through others of its row
    const line = drawn('path', { d: `M${x1} ${y1}Q${(x1 + x2) / 2} ${bend} ${x2} ${y2}`, fill: 'none', stroke: id < 0 ? '#8a8a8a' : lineColour(weights[n]), 'stroke-width': (size || 1) + (isChosen ? 2 : 0),
      'stroke-dasharray': isChosen ? '8 3' : null });
    if (id >= 0) {
      line.append(drawn('title', {}, `${symbols[id]} = ${readable(weights[n])}`));
      const at_ = book.parameters.indexOf(id);
      if (at_ >= 0) line.addEventListener('click', () => { chosen.parameter = at_; select(id, chosen.t); });
    }
    svg.append(line);
    if (few && id >= 0) {
      const share = 0.34, x = x1 + (x2 - x1) * share, y = y1 + (y2 - y1) * share;
      const text = `${symbols[ofSample(id)]} ${readable(weights[n])}`, width = text.length * 6.9 + 4;
      svg.append(drawn('rect', { x: x - width / 2, y: y - 8, width, height: 16, fill: '#ffffff' }), label(x, y + 4, text, 'edge'));
    }
  });
  const numbers = units.map(([, , id]) => value(ofSample(id))), most = largestOf(numbers.filter(x => x - x === 0));
  units.forEach(([, , id, gradient, name], n) => {
    const [x, y] = at[n], slope = gradient < 0 ? NaN : value(ofSample(gradient));
    const said = `${name} = ${readable(numbers[n])}${gradient < 0 ? '' : `, ${symbols[ofSample(gradient)]} = ${readable(slope)}`}`;
    const does = { onclick: () => { unitInHand = n; select(ofSample(id), chosen.t); }, onkeydown: walkUnits(n) };
    const node = drawn('g', { class: 'unit', tabindex: n === unitInHand ? 0 : -1, role: 'button', 'aria-label': said, ...does },
      drawn('circle', { cx: x, cy: y, r: 25, fill: shade(numbers[n], most), stroke: '#333333' }),
      drawn('text', { x, y: y + 4, 'text-anchor': 'middle', class: 'number' }, short(numbers[n])));
    node.append(drawn('title', {}, said));
    svg.append(node, label(x, y - 31, name, 'name'));
    if (gradient >= 0) svg.append(label(x, y + 41, `∂ ${short(slope)}`, 'slope'));
  });
  return svg;
}
const short = x => x - x === 0 && Math.abs(x) >= 1e-3 && Math.abs(x) < 1000 ? signed(x, Math.abs(x).toFixed(Math.abs(x) < 10 ? 3 : 1)) : x === 0 ? '0' : readable(x).replace(/(\d)[.,]\d+E/, '$1E');
const label = (x, y, text, kind) => drawn('text', { x, y, 'text-anchor': 'middle', class: kind }, text);

const MOST_SHOWN = 12; // columns whose numbers are written
function gridsView() {
  const toggle = element('button', { type: 'button', 'aria-pressed': String(showsGradients), onclick: () => { showsGradients = !showsGradients; showAll(); } }, words.derivatives);
  const view = element('div', { class: 'grids' }, element('p', {}, toggle));
  let before = null, group = null;
  for (const [layer, title, shape, ids, gradients] of book.grids) {
    if (layer !== before) {
      group = element('div', { class: 'arrays' });
      view.append(element('h2', {}, layer), group);
      before = layer;
    }
    const shown = showsGradients && gradients.length ? gradients : ids;
    group.append(arrayFigure(showsGradients && gradients.length ? `∂${words.objective}/∂${title}` : title, shape, shown.map(id => id < 0 ? -1 : ofSample(id))));
  }
  return view;
}
function arrayFigure(title, shape, ids) {
  const [rows, across] = shape.length > 1 ? shape.slice(-2) : [1, shape[0]], each = rows * across;
  const numbers = ids.map(id => value(id)), largest = largestOf(numbers.filter(x => x - x === 0));
  const tables = [];
  for (let start = 0; start < ids.length; start += each) {
    const body = element('tbody');
    for (let i = 0; i < rows; i++) {
      const line = element('tr');
      for (let j = 0; j < across; j++) line.append(arrayCell(ids[start + i * across + j], numbers[start + i * across + j], largest, across > MOST_SHOWN));
      body.append(line);
    }
    tables.push(element('table', { class: across > MOST_SHOWN ? 'array small' : 'array', 'aria-label': title }, body));
  }
  return element('figure', {}, element('figcaption', {}, title), element('div', { class: 'tables' }, tables));
}
function arrayCell(id, x, largest, small) {
  const cell = element('td', id < 0 ? { class: 'masked' } : { title: `${symbols[id]} = ${readable(x)}`, onclick: () => select(id, chosen.t) });
  if (id >= 0) { cell.style.backgroundColor = shade(x, largest); if (!small) cell.textContent = short(x); }
  if (chosen.cell?.id === id && id >= 0) cell.classList.add('active');
  return cell;
}
