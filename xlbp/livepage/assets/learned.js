// The learned function: what the network answers to every input, with the samples upon it.
const GROUPS = [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233]];
function answersAt(t) {
  const { given: places, outputs, size } = book.learned, A = new Float64Array(size);
  return inputs => {
    places.forEach((place, n) => { A[place] = inputs[n]; });
    computeAnswer(A, R, t * columns, P);
    return outputs.map(place => A[place]);
  };
}
function rangeOf(n) {
  const all = book.learned.points.map(point => P[point[n]]), low = Math.min(...all), high = Math.max(...all), room = high / 4 - low / 4;
  return low < high ? [bounded(low - room), bounded(high + room)] : Math.abs(low) < 10 ? [low - 1, high + 1] : around(low);
}
function showLearned(view) {
  if (!book.learned) return;
  view.replaceChildren(book.learned.inputs.length > 1 ? plane() : curve(), element('p', { class: 'muted' }, words.learned_legend));
}
function curve() {
  const { points, targets, inputs, labels, trained } = book.learned, width = isNarrow ? 366 : 720, height = isNarrow ? 300 : 420, left = 58, bottom = 38, top = 12, right = 14;
  const [from, to] = rangeOf(0), xs = Array.from({ length: 121 }, (_, k) => between(k / 120, from, to));
  const runs = [0, chosen.t, iterations].map(t => { const at = answersAt(t); return xs.map(x => at([x])); });
  const targetsOf = targets.map(each => each.map(place => P[place]));
  const every = [...runs.flat(2), ...targetsOf.flat()].filter(v => Math.abs(v) < Infinity);
  let low = Math.min(...every), high = Math.max(...every);
  if (!(low < high)) [low, high] = around(every[0] ?? 0);
  const x = v => left + (width - left - right) * along(v, from, to), y = v => top + (height - top - bottom) * along(v, high, low);
  const svg = frame(words.learned, width, height);
  for (const tick of ticks(low, high)) svg.append(drawn('line', { x1: left, x2: width - right, y1: y(tick), y2: y(tick), class: 'rule' }), drawn('text', { x: left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, tickText(tick)));
  for (const tick of ticks(from, to)) svg.append(drawn('text', { x: x(tick), y: height - bottom + 16, 'text-anchor': 'middle' }, tickText(tick)));
  svg.append(drawn('text', { x: width / 2, y: height - 4, 'text-anchor': 'middle' }, inputs[0]));
  [['own', 0], ['late', 2], ['line', 1]].forEach(([kind, run]) => labels.forEach((_, n) => {
    const d = runs[run].map((v, k) => Math.abs(v[n]) < Infinity ? `${k && Math.abs(runs[run][k - 1][n]) < Infinity ? 'L' : 'M'}${x(xs[k]).toFixed(1)} ${y(v[n]).toFixed(1)}` : '').join('');
    svg.append(drawn('path', { d, class: kind, stroke: kind === 'line' ? LINES[(n + 1) % LINES.length] : null }));
  }));
  points.forEach((point, k) => targetsOf[k].forEach(v => svg.append(drawn('circle', { cx: x(P[point[0]]), cy: y(v), r: 4, class: k < trained ? 'sample' : 'sample kept' }))));
  return element('figure', {}, element('figcaption', {}, `${labels.join(', ')} (${inputs[0]}), ${words.iteration} ${chosen.t}`), svg,
    element('p', { class: 'legend' }, [['own', `${words.iteration} 0`], ['now', `${words.iteration} ${chosen.t}`], ['late', `${words.iteration} ${iterations}`]].map(([kind, text]) =>
      element('span', {}, element('span', { class: `mark ${kind}`, 'aria-hidden': 'true' }), text))));
}
const SIDE = 72;
function plane() {
  const { points, targets, inputs, labels, border, trained } = book.learned, at = answersAt(chosen.t);
  const [x0, x1] = rangeOf(0), [y0, y1] = rangeOf(1), width = isNarrow ? 366 : 460, left = 52, bottom = 40, top = 8, inner = width - left - 8;
  const canvas = element('canvas', { width: SIDE, height: SIDE, class: 'map', role: 'img', 'aria-label': words.learned });
  const pen = canvas.getContext('2d'), image = pen.createImageData(SIDE, SIDE), answers = [];
  for (let i = 0; i < SIDE; i++) for (let j = 0; j < SIDE; j++) answers.push(at([between((j + 0.5) / SIDE, x0, x1), between((i + 0.5) / SIDE, y1, y0)]));
  const numbers = answers.map(a => a[0]).filter(v => v - v === 0), low = Math.min(...numbers), high = Math.max(...numbers);
  const middle = border ?? (low + high) / 2, reach = border === null ? (high - low) / 2 : Math.max(high - middle, middle - low);
  answers.forEach((a, k) => image.data.set([...colourOf(a, middle, reach), 255], 4 * k));
  pen.putImageData(image, 0, 0);
  const x = v => left + inner * along(v, x0, x1), y = v => top + inner * along(v, y1, y0);
  const svg = frame(words.learned, width, inner + top + bottom);
  svg.append(drawn('image', { href: canvas.toDataURL(), x: left, y: top, width: inner, height: inner, preserveAspectRatio: 'none' }));
  for (const tick of ticks(y0, y1)) svg.append(drawn('text', { x: left - 5, y: y(tick) + 4, 'text-anchor': 'end' }, tickText(tick)));
  for (const tick of ticks(x0, x1)) svg.append(drawn('text', { x: x(tick), y: top + inner + 16, 'text-anchor': 'middle' }, tickText(tick)));
  svg.append(drawn('text', { x: left + inner / 2, y: top + inner + 34, 'text-anchor': 'middle' }, inputs[0]), drawn('text', { x: 12, y: top + 12 }, inputs[1]));
  points.forEach((point, k) => svg.append(samplePoint(x(P[point[0]]), y(P[point[1]]), groupOf(targets[k].map(place => P[place]), middle), k >= trained)));
  return element('figure', { class: 'plane' }, element('figcaption', {}, `${labels.join(', ')} (${inputs.join(', ')}), ${words.iteration} ${chosen.t}`), svg, groupsLegend());
}
// The colours of the classes; of two sides the one above the border comes first.
function groupsLegend() {
  const { classes, outputs } = book.learned, called = outputs.length > 1 ? classes : [...classes].reverse();
  return element('p', { class: 'legend' }, called.map((name, n) => {
    const mark = drawn('svg', { width: 16, height: 16, 'aria-hidden': 'true' }, samplePoint(8, 8, n, false));
    return element('span', {}, mark, ` ${name}`);
  }));
}
const largestAt = list => list.reduce((best, v, n) => v > list[best] ? n : best, 0);
const groupOf = (target, middle) => target.length > 1 ? largestAt(target) : target[0] > middle ? 0 : 1;
function colourOf(a, middle, reach) {
  if (!a.every(v => v - v === 0)) return [230, 230, 230];
  const side = a.length > 1 ? largestAt(a) : a[0] > middle ? 0 : 1;
  const strength = a.length > 1 ? 0.5 : 0.08 + 0.5 * Math.min(1, Math.abs(a[0] - middle) / (reach || 1));
  return GROUPS[side % GROUPS.length].map(c => Math.round(255 - strength * (255 - c)));
}
function samplePoint(x, y, group, isKept) {
  const look = { fill: `rgb(${GROUPS[group % GROUPS.length]})`, stroke: isKept ? '#000000' : '#ffffff', 'stroke-width': 1.5 };
  if (group % 3 === 0) return drawn('circle', { cx: x, cy: y, r: 5.5, ...look });
  if (group % 3 === 1) return drawn('rect', { x: x - 5, y: y - 5, width: 10, height: 10, ...look });
  return drawn('path', { d: `M${x} ${y - 6}L${x + 6} ${y + 5}L${x - 6} ${y + 5}Z`, ...look });
}
