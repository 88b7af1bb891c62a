// The yellow fields: what a person may change.
const fields = new Map(); // by the place of what is typed, its fields on the page
function register(place, field) {
  if (!fields.has(place)) fields.set(place, new Set());
  fields.get(place).add(field);
}
const shownTyped = place => localized(String(typed[place]));
function numberField(place, label) {
  const field = element('input', {
    type: 'text', inputmode: 'decimal', autocomplete: 'off', spellcheck: 'false', value: shownTyped(place),
    'aria-label': label, class: 'field', oninput: () => take(field, place, label),
    onkeydown: event => { if (event.key === 'Escape') { field.value = shownTyped(place); take(field, place, label); } },
  });
  register(place, field);
  return field;
}
function classField(place, label, classes) {
  const field = element('select', { class: 'field', 'aria-label': label, onchange: () => change([[place, Number(field.value)]], field) },
    classes.map((name, n) => element('option', { value: n }, name)));
  field.value = typed[place];
  register(place, field);
  return field;
}
function take(field, place, label) {
  const found = numberIn(field.value), isNumber = found === found;
  field.setAttribute('aria-invalid', String(!isNumber));
  field.classList.toggle('wrong', !isNumber);
  complain(isNumber ? '' : word('needs_number', { symbol: label }));
  if (isNumber) change([[place, found]], field);
}
// Type numbers; all that is shown follows.
function change(pairs, from = null) {
  for (const [place, found] of pairs) {
    typed[place] = found;
    for (const field of fields.get(place) ?? []) if (field !== from) showIn(field, place);
    for (const field of fields.get(place) ?? []) field.classList.toggle('changed', typed[place] !== own[place]);
  }
  recompute();
}
function showIn(field, place) {
  field.value = field.tagName === 'SELECT' ? String(typed[place]) : shownTyped(place);
  field.removeAttribute('aria-invalid');
  field.classList.remove('wrong');
}
const changes = () => [...typed.keys()].filter(n => typed[n] !== own[n]);
function reset() {
  complain('');
  for (const [place, set] of fields) for (const field of set) if (field.classList.contains('wrong')) showIn(field, place);
  change(changes().map(n => [n, own[n]]));
}

const isNarrow = matchMedia('(max-width: 640px)').matches;
const MOST_FIELDS = isNarrow ? { parameters: 0 } : { parameters: 8 }, MOST_OTHERS = isNarrow ? 4 : 12; // of a group that stands open
function fieldGroups() {
  return book.fields.map(group => group[0] === 'table' ? tableGroup(group) : plainGroup(group));
}
function plainGroup([kind, title, places]) {
  const make = () => places.map(place => element('label', { class: 'pair' },
    element('span', {}, symbols[columns + place]), numberField(place, symbols[columns + place])));
  if (places.length <= (MOST_FIELDS[kind] ?? MOST_OTHERS)) return element('fieldset', { class: kind }, element('legend', {}, title), make());
  return folded(`${title} · ${places.length}`, () => element('div', { class: 'pairs' }, make()));
}
function folded(title, make) {
  const inside = element('div'), details = element('details', { class: 'more' }, element('summary', {}, title), inside);
  details.addEventListener('toggle', () => { if (!inside.firstChild) inside.append(make()); });
  return details;
}
// What breaks many a training, at one press: a rate far too large, nothing in the parameters, the same in all of them.
function breakGroup() {
  const rate = placeTyped.get('eta'), starts = book.parameters.map(id => placeTyped.get(names[id])).filter(place => place !== undefined);
  const breaks = [[words.break_rate, rate === undefined ? [] : [[rate, own[rate] * 100]]],
    [words.break_zero, starts.map(place => [place, 0])], [words.break_alike, starts.length > 1 ? starts.map(place => [place, 0.5]) : []]];
  return folded(words.break_it, () => element('p', { class: 'breaks' }, breaks.filter(([, pairs]) => pairs.length).map(([title, pairs]) =>
    element('button', { type: 'button', onclick: () => { reset(); change(pairs); } }, title))));
}
function tableGroup([, title, table, classes, trained]) {
  return folded(`${title} · ${table[0][1].length}`, () => {
    const head = element('tr', {}, element('th', { scope: 'col' }, '#'), table.map(([name]) => element('th', { scope: 'col' }, name)));
    const rows = table[0][1].map((_, n) => element('tr', { class: n < trained ? null : 'kept' },
      element('th', { scope: 'row' }, String(n + 1)),
      table.map(([name, places]) => element('td', {}, names[columns + places[n]].startsWith('class#')
        ? classField(places[n], `${name} ${n + 1}`, classes) : numberField(places[n], `${name} ${n + 1}`)))));
    return element('div', { class: 'scrolled', tabindex: 0, role: 'region', 'aria-label': title },
      element('table', { class: 'data' }, element('thead', {}, head), element('tbody', {}, rows)));
  });
}
