// How one number comes about: the formula in symbols, with numbers, its value, and each number in it likewise.
const card = element('section', { id: 'card', class: 'card', tabindex: 0, 'aria-label': words.derivation });
function showCard() {
  const { cell } = chosen;
  card.replaceChildren(
    element('h2', {}, symbols[cell.id]),
    element('p', { class: 'muted' }, cell.id < columns ? `${words.iteration} ${cell.t}` : '', cell.id < columns ? said(cell.id, 'what', ' · ') : ''),
    derivation(cell.id, cell.t), element('p', { class: 'muted hint' }, words.touch));
}
function said(id, which, before = '') {
  const first = firstOf.get(id) ?? id, text = id < columns ? book.said.texts[book.said[which][which === 'why' ? first : id]] : '';
  return text ? before + text : '';
}
function derivation(id, t) {
  const place = typedAt(id, t), found = formula(id, t), made = element('div', { class: 'derivation' });
  if (place >= 0) {
    made.append(element('p', {}, words.typed), element('label', { class: 'pair' }, element('span', {}, symbols[id]), numberField(place, symbols[id])));
    return made;
  }
  const lines = element('p', { class: 'equation' }, `${symbols[id]}`);
  const x = value(id, t), shown = shownValue(id, t), hasMore = numberIn(shown) !== x && x - x === 0;
  const pieces = found ? [inSymbols(found), inNumbers(found)] : [];
  for (const piece of [...new Set(pieces), hasMore ? `${shown}  (${exact(x)})` : shown])
    lines.append(element('span', { class: 'line' }, ` = ${piece}`));
  made.append(lines);
  const why = said(id, 'why');
  if (why) made.append(element('p', { class: 'why' }, why));
  if (found) made.append(operands(found.parts));
  return made;
}
function operands(parts) {
  const seen = new Map(parts.map(part => [`${part.id} ${part.t}`, part]));
  return element('div', { class: 'operands' }, [...seen.values()].map(part => {
    const inside = element('div'), above = part.above ? ` · ${words.iteration} ${part.t}` : '';
    const details = element('details', {}, element('summary', {}, `${symbols[part.id]}${above} = ${shownValue(part.id, part.t)}`), inside);
    details.addEventListener('toggle', () => {
      if (details.open) inside.replaceChildren(derivation(part.id, part.t), goThere(part));
      else inside.replaceChildren();
    });
    return details;
  }));
}
const goThere = ({ id, t }) => id >= columns ? '' : element('button', {
  type: 'button', class: 'quiet', onclick: () => { chooseTab('training'); select(id, t); reveal(id, t); },
}, words.in_table);
// On a phone the card stands at the lower edge from the touch of a number until something else is turned to.
function select(id, t) {
  chosen.cell = { id, t };
  card.classList.add('called');
  if (t !== chosen.t) chooseIteration(t); else showAll();
}
