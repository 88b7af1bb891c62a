// Charts over the iterations; behind each line in grey the template's own run, once something is changed.
const LINES = ['#0072b2', '#d55e00', '#009e73', '#a9548a', '#9a6b00', '#2b7fa8', '#000000', '#7a5195'];
const DASHES = [null, '7 3', '2 3', '9 3 2 3'];
const strokeOf = n => ({ stroke: LINES[n % LINES.length], 'stroke-dasharray': DASHES[Math.floor(n / LINES.length) % DASHES.length] });
function showCharts(view) {
  view.replaceChildren(element('div', { class: 'charts' }, book.charts.map(([title, ids, isLog]) => chart(title, ids, isLog))));
}
function ticks(low, high, isLog) {
  if (isLog) {
    const from = Math.ceil(low), to = Math.floor(high), step = Math.max(1, Math.ceil((to - from + 1) / 6)), found = [];
    for (let e = from; e <= to; e += step) found.push(e);
    if (found.length > 2) return found;
    const finer = [...Array(to - from + 3).keys()].flatMap(n => [1, 2, 5].map(k => Math.log10(k) + from - 1 + n)).filter(x => x >= low && x <= high);
    return finer.length > 2 ? finer : ticks(10 ** low, 10 ** high, false).filter(x => x > 0).map(Math.log10);
  }
  const rough = high / 4 - low / 4 || 1, decade = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 5, 10].find(k => k * decade >= rough) * decade;
  const first = Math.ceil(low / step); // of a number so large that a step more is the same number, one mark
  return [...new Set(Array.from({ length: 10 }, (_, n) => (first + n) * step))].filter(x => x <= high + step * 1e-9);
}
const plainTick = x => localized(String(Number(x.toPrecision(6))).replace('-', '−'));
const power = x => `10${[...String(x)].map(c => '⁰¹²³⁴⁵⁶⁷⁸⁹'[c] ?? '⁻').join('')}`;
const tickText = (x, isLog) => isLog && Number.isInteger(x) && Math.abs(x) > 3 ? power(x) : plainTick(isLog ? 10 ** x : x);
// Ranges, in numbers as large as they can be: halves of them have a difference.
const bounded = x => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, x));
const around = x => [-1, 1].map(side => bounded(x + side * (Math.abs(x) / 10 || 1)));
const along = (x, low, high) => (x / 2 - low / 2) / (high / 2 - low / 2 || 1);
const between = (share, low, high) => low * (1 - share) + high * share;
function frame(title, width, height) {
  return drawn('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title, class: 'chart' });
}
function chart(title, ids, isLog) {
  const width = isNarrow ? 366 : 560, height = isNarrow ? 240 : 300, left = 58, right = 14, top = 12, bottom = 34, changed = changes().length > 0;
  const scaled = isLog ? x => x > 0 ? Math.log10(Math.max(x, 1e-32)) : NaN : x => x;
  const series = rows => ids.map(id => Array.from({ length: iterations + 1 }, (_, t) => scaled(rows[t * columns + id])));
  const now = series(R), before = changed ? series(ownR) : [];
  let low = Infinity, high = -Infinity;
  for (const line of [...now, ...before]) for (const v of line) if (Math.abs(v) < Infinity) { low = Math.min(low, v); high = Math.max(high, v); }
  if (low > high) [low, high] = [0, 1];
  if (!isLog && low > 0 && low < high / 2) low = 0;
  if (low === high) [low, high] = around(low);
  const x = t => left + (width - left - right) * t / (iterations || 1), y = v => top + (height - top - bottom) * along(v, high, low);
  const svg = frame(title, width, height);
  for (const tick of ticks(low, high, isLog)) svg.append(
    drawn('line', { x1: left, x2: width - right, y1: y(tick), y2: y(tick), class: 'rule' }),
    drawn('text', { x: left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, tickText(tick, isLog)));
  for (const tick of ticks(0, iterations, false).filter(Number.isInteger)) svg.append(
    drawn('text', { x: x(tick), y: height - bottom + 16, 'text-anchor': 'middle' }, String(tick)));
  svg.append(drawn('text', { x: (left + width - right) / 2, y: height - 4, 'text-anchor': 'middle' }, words.iteration));
  before.forEach(line => svg.append(drawn('path', { d: through(line, x, y), class: 'own' })));
  now.forEach((line, n) => svg.append(drawn('path', { d: through(line, x, y), class: 'line', ...strokeOf(n) })));
  svg.append(drawn('line', { x1: x(chosen.t), x2: x(chosen.t), y1: top, y2: height - bottom, class: 'marker' }));
  now.forEach((line, n) => { if (Math.abs(line[chosen.t]) < Infinity) svg.append(drawn('circle', { cx: x(chosen.t), cy: y(line[chosen.t]), r: 4, fill: LINES[n % LINES.length] })); });
  const goTo = event => {
    const box = svg.getBoundingClientRect(), t = Math.round(((event.clientX - box.left) * width / box.width - left) / (width - left - right) * iterations);
    chooseIteration(Math.min(iterations, Math.max(0, t)));
  };
  svg.addEventListener('click', goTo);
  const legend = ids.length > 1 || changed ? element('p', { class: 'legend' }, ids.map((id, n) => {
    const mark = drawn('svg', { width: 26, height: 8, class: 'stroke', 'aria-hidden': 'true' },
      drawn('path', { d: 'M0 4L26 4', 'stroke-width': 3, ...strokeOf(n) }));
    return element('span', {}, mark, `${symbols[id]} ${readable(value(id))}`);
  }), changed ? element('span', {}, element('span', { class: 'mark grey', 'aria-hidden': 'true' }), words.own_run) : '') : '';
  return element('figure', {}, element('figcaption', {}, title), svg, legend);
}
function through(line, x, y) {
  let text = '', pen = 'M';
  line.forEach((v, t) => {
    if (Math.abs(v) < Infinity) { text += `${pen}${Math.round(x(t) * 10) / 10} ${Math.round(y(v) * 10) / 10}`; pen = 'L'; } else pen = 'M';
  });
  return text;
}
