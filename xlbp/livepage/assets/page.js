// The page: what is chosen at the top, the views, and what each change sets in motion.
const TABS = [['training', showTable], ['network', () => showNetwork(views.network)], ['steps', () => showSteps(views.steps)],
  ['charts', () => showCharts(views.charts)], ['learned', () => showLearned(views.learned)], ['landscape', () => showLandscape(views.landscape)], ['predict', () => showLesson(views.predict)]]
  .filter(([name]) => ({ network: book.drawing !== null || book.grids.length > 0, learned: book.learned !== null, landscape: movable.length > 1, predict: book.lesson.length > 0 })[name] ?? true);
const views = {};
const status = element('p', { role: 'status', class: 'status' }), complaint = element('p', { role: 'alert', class: 'complaint' });
const complain = text => { complaint.textContent = text; };
const slider = element('input', { type: 'range', min: 0, max: iterations, value: chosen.t, 'aria-label': words.iteration, oninput: () => chooseIteration(Number(slider.value)) });
const shownIteration = element('output', { class: 'count' });
const stepBy = by => () => chooseIteration(Math.min(iterations, Math.max(0, chosen.t + by)));
const sampleChoice = element('select', { onchange: () => { chosen.sample = Number(sampleChoice.value); showAll(); remember(); } },
  Array.from({ length: book.samples.count }, (_, n) => element('option', { value: n + 1 }, String(n + 1))));
const result = element('p', { class: 'result' });

function tabs() {
  const list = element('div', { role: 'tablist', class: 'tabs', 'aria-label': words.views, onkeydown: event => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const at = TABS.findIndex(([name]) => name === chosen.tab), [name] = TABS[(at + by + TABS.length) % TABS.length];
    chooseTab(name);
    document.getElementById(`tab-${name}`).focus();
  } });
  const panels = TABS.map(([name]) => {
    list.append(element('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `view-${name}`, onclick: () => chooseTab(name) }, words[name]));
    views[name] = element('div', { role: 'tabpanel', id: `view-${name}`, 'aria-labelledby': `tab-${name}`, class: 'view' });
    return views[name];
  });
  views.training.append(grid);
  return [list, ...panels];
}
function chooseTab(name) {
  chosen.tab = name;
  card.classList.remove('called');
  for (const [other] of TABS) {
    const isChosen = other === name, tab = document.getElementById(`tab-${other}`);
    tab.setAttribute('aria-selected', String(isChosen));
    tab.setAttribute('tabindex', isChosen ? '0' : '-1');
    views[other].hidden = !isChosen;
  }
  showAll();
  if (name === 'training') fitTable();
}
function chooseIteration(t) {
  chosen.t = t;
  if (chosen.cell && chosen.cell.id < columns) chosen.cell = { id: chosen.cell.id, t };
  showAll();
  if (chosen.tab === 'training') keepInSight(t);
  remember();
}
function keepInSight(t) {
  const top = t * ROW, room = grid.clientHeight - HEAD;
  if (top < grid.scrollTop) grid.scrollTop = top;
  else if (top + ROW > grid.scrollTop + room) grid.scrollTop = top + ROW - room;
}
// As high as there is room below it.
function fitTable() {
  grid.style.height = `${Math.max(320, innerHeight - grid.getBoundingClientRect().top - scrollY - 14)}px`;
  showTable();
}
// The first iteration that is no number, and the first quantity in it; null where all are.
function divergence() {
  const at = R.findIndex(x => x !== x);
  return at < 0 ? null : { t: Math.floor(at / columns), id: at % columns };
}
let diverged = null;
function recompute() {
  const start = performance.now();
  trainInto(R, P, typed, columns, iterations);
  diverged = divergence();
  showAll();
  took = performance.now() - start;
  remember();
}
let took = 0;
function showAll() {
  slider.value = chosen.t;
  slider.setAttribute('aria-valuetext', `${words.iteration} ${chosen.t}`);
  shownIteration.textContent = chosen.t;
  const count = changes().length, parts = [];
  if (diverged) parts.push(word('diverged', { t: diverged.t, symbol: symbols[diverged.id] }));
  if (count) parts.push(word('own_numbers', { count }));
  if (status.textContent !== parts.join(' ')) status.textContent = parts.join(' ');
  status.classList.toggle('bad', diverged !== null);
  result.replaceChildren(element('b', {}, words.objective), ` ${readable(value(book.objective))}`, element('span', { class: 'muted' }, ` → ${readable(value(book.objective, iterations))}`));
  TABS.find(([name]) => name === chosen.tab)[1]();
  showCard();
}

// What is changed and chosen stands in the address, which can be handed on.
function remember() {
  const parts = changes().map(n => `${encodeURIComponent(names[columns + n])}=${typed[n]}`);
  if (chosen.t !== book.shown[0]) parts.push(`@t=${chosen.t}`);
  if (chosen.sample !== book.shown[1]) parts.push(`@s=${chosen.sample}`);
  const hash = parts.length ? `#${parts.join('&')}` : '';
  if (hash !== location.hash) history.replaceState(null, '', hash || location.pathname + location.search);
}
function recall() {
  const wanted = new Map(book.given);
  for (const part of location.hash.slice(1).split('&')) {
    const cut = part.lastIndexOf('='), name = cut < 0 ? '' : named(part.slice(0, cut)), found = numberIn(part.slice(cut + 1));
    if (found !== found) continue;
    if (name === '@t') chosen.t = Math.min(iterations, Math.max(0, Math.round(found)));
    else if (name === '@s') chosen.sample = Math.min(book.samples.count, Math.max(1, Math.round(found)));
    else if (placeTyped.has(name)) wanted.set(placeTyped.get(name), found);
  }
  if (chosen.cell) chosen.cell.t = chosen.t;
  sampleChoice.value = String(chosen.sample);
  change([...wanted]);
}
function named(part) {
  try { return decodeURIComponent(part); } catch { return ''; }
}
async function share(event) {
  const button = event.currentTarget;
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = words.copied;
  } catch {
    complain(location.href);
  }
}
function build() {
  const choices = element('section', { class: 'choices', 'aria-label': words.chosen },
    element('span', { class: 'pair' }, element('span', {}, words.iteration), shownIteration,
      element('button', { type: 'button', 'aria-label': words.back, onclick: stepBy(-1) }, '◀'), slider,
      element('button', { type: 'button', 'aria-label': words.forward, onclick: stepBy(1) }, '▶')),
    book.samples.count > 1 ? element('label', { class: 'pair' }, element('span', {}, words.sample), sampleChoice) : '',
    result,
    element('span', { class: 'actions' }, element('button', { type: 'button', onclick: reset }, words.reset),
      element('button', { type: 'button', onclick: share }, words.share)));
  const top = element('section', { class: 'top', 'aria-label': words.controls, onfocusin: () => card.classList.remove('called') }, element('div', { class: 'groups' }, fieldGroups(), breakGroup()), complaint, status);
  document.getElementById('page').append(choices, top, element('div', { class: 'work' }, element('div', { class: 'views' }, tabs()), card));
}
build();
recall();
chooseTab('training');
keepInSight(chosen.t);
addEventListener('hashchange', () => { for (const n of changes()) typed[n] = own[n]; recall(); });
addEventListener('resize', () => requestAnimationFrame(() => { showAll(); fitTable(); }));
// For those that verify the page: its numbers, by the names of quantities.
window.xlbp = {
  names, columns, iterations,
  type: numbers => change(Object.entries(numbers).map(([name, x]) => [placeTyped.get(name), x])),
  rows: () => btoa(Array.from(new Uint8Array(R.buffer), byte => String.fromCharCode(byte)).join('')),
  took: () => took,
};
