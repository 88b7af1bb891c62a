// The loss over two parameters, all else as in the chosen iteration, and the way that the training takes.
const movable = book.parameters.filter(id => placeTyped.has(names[id]));
// Which of them: at first those that the template's own training moves farthest.
const farOf = id => Math.abs(ownR[iterations * columns + id] - ownR[id]) || 0;
const axes = movable.map((_, n) => n).sort((a, b) => farOf(movable[b]) - farOf(movable[a])).slice(0, 2);
const PATIENCE = 120, FEWEST = 9, MOST = 41; // milliseconds for all places; places of an axis
const setTyped = (numbers, id, x) => { numbers[placeTyped.get(names[id])] = x; };
// The loss with other numbers for some parameters; each place is the first row of a training.
function lossAround(t) {
  const row = rowsOf(columns, 0), panel = new Float64Array(book.panel), numbers = Float64Array.from(typed);
  for (const id of movable) setTyped(numbers, id, value(id, t));
  return pairs => {
    for (const [id, x] of pairs) setTyped(numbers, id, x);
    return trainInto(row, panel, numbers, columns, 0)[book.objective];
  };
}
function reachOf(id) {
  const all = Array.from({ length: iterations + 1 }, (_, t) => value(id, t)).filter(x => Math.abs(x) < Infinity);
  const low = Math.min(...all), high = Math.max(...all), room = Math.max(high / 2 - low / 2, 0.5);
  return [bounded(low - room), bounded(high + room)];
}
function showLandscape(view) {
  const held = view.contains(document.activeElement) ? document.activeElement.id : '';
  const choice = n => element('select', { id: `axis-${n}`, 'aria-label': `${words.parameter} ${n + 1}`, onchange: event => { axes[n] = Number(event.target.value); showAll(); } },
    movable.map((id, k) => element('option', { value: k, selected: k === axes[n] }, symbols[id])));
  view.replaceChildren(element('p', {}, choice(0), ' ', choice(1)), ...landscape(...axes.map(k => movable[k])));
  if (held) document.getElementById(held)?.focus();
}
function landscape(first, second) {
  const at = lossAround(chosen.t), here = value(book.objective), begun = performance.now();
  const found = at([[first, value(first)]]), isOther = Math.abs(found - here) > 1e-9 * Math.abs(here);
  at([[second, value(second)]]);
  const side = Math.max(FEWEST, Math.min(MOST, Math.floor(Math.sqrt(2 * PATIENCE / Math.max(performance.now() - begun, 0.01)))));
  const [x0, x1] = reachOf(first), [y0, y1] = reachOf(second), losses = [];
  for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) losses.push(at([[first, between((j + 0.5) / side, x0, x1)], [second, between((i + 0.5) / side, y1, y0)]]));
  const sorted = Float64Array.from(losses.filter(x => Math.abs(x) < Infinity)).sort(), ranks = new Map();
  sorted.forEach((x, n) => ranks.set(x, n / Math.max(sorted.length - 1, 1)));
  const canvas = element('canvas', { width: side, height: side, class: 'map' }), pen = canvas.getContext('2d'), image = pen.createImageData(side, side);
  losses.forEach((x, k) => image.data.set([...(ranks.has(x) ? [90 + 165 * ranks.get(x), 140 + 110 * ranks.get(x), 190 + 50 * ranks.get(x)] : [200, 200, 200]), 255], 4 * k));
  pen.putImageData(image, 0, 0);
  const width = isNarrow ? 366 : 460, left = 58, bottom = 40, top = 8, inner = width - left - 8;
  const x = v => left + inner * along(v, x0, x1), y = v => top + inner * along(v, y1, y0);
  const svg = frame(words.landscape, width, inner + top + bottom);
  svg.append(drawn('image', { href: canvas.toDataURL(), x: left, y: top, width: inner, height: inner, preserveAspectRatio: 'none' }));
  for (const tick of ticks(y0, y1)) svg.append(drawn('text', { x: left - 5, y: y(tick) + 4, 'text-anchor': 'end' }, tickText(tick)));
  for (const tick of ticks(x0, x1)) svg.append(drawn('text', { x: x(tick), y: top + inner + 16, 'text-anchor': 'middle' }, tickText(tick)));
  svg.append(drawn('text', { x: left + inner / 2, y: top + inner + 34, 'text-anchor': 'middle' }, symbols[first]), drawn('text', { x: left + 4, y: top + 14 }, symbols[second]));
  const way = Array.from({ length: iterations + 1 }, (_, t) => [value(first, t), value(second, t)]).filter(([a, b]) => Math.abs(a) < Infinity && Math.abs(b) < Infinity);
  svg.append(drawn('path', { class: 'way', d: way.map(([a, b], n) => `${n ? 'L' : 'M'}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join('') }));
  if (value(first) - value(first) === 0 && value(second) - value(second) === 0) svg.append(drawn('circle', { cx: x(value(first)), cy: y(value(second)), r: 5, class: 'place' }));
  const told = word('landscape_legend', { t: chosen.t, low: readable(sorted[0] ?? NaN), high: readable(sorted.at(-1) ?? NaN) });
  return [element('figure', { class: 'plane' }, element('figcaption', {}, `${words.objective} (${symbols[first]}, ${symbols[second]}), ${words.iteration} ${chosen.t}`), svg),
    element('p', { class: 'muted' }, told), isOther ? element('p', { class: 'muted' }, word('landscape_batch')) : ''];
}
