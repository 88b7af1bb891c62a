// Step by step: the chain rule of the chosen parameter, path by path, and the step that follows.
function showSteps(view) {
  const which = element('select', { onchange: event => { chosen.parameter = Number(event.target.value); showAll(); } },
    book.parameters.map((id, n) => element('option', { value: n }, symbols[id])));
  which.value = String(chosen.parameter);
  const id = book.parameters[chosen.parameter], gradient = book.gradients[chosen.parameter];
  const paths = book.paths[chosen.parameter] ?? [];
  view.replaceChildren(element('p', {}, element('label', {}, words.parameter + ' ', which)),
    element('h2', {}, `∂${words.objective}/∂${symbols[id]}`), ...paths.map((path, n) => pathView(path, n + 1, paths.length)),
    pathsTotal(paths, gradient), ...stepView(id, gradient));
}
const factorValue = ([, which, ...places]) => factors[which](places.map(place => value(ofSample(place >= 0 ? place : columns - 1 - place))));
const textOf = factor => book.path_texts[factor[0]];
function pathView(path, number, count) {
  const values = path.map(factorValue), product = values.reduce((all, x) => all * x, 1);
  const list = element('ul', { class: 'factors' }, path.map((factor, n) => {
    const place = factor.length === 3 && factor[2] >= 0 ? ofSample(factor[2]) : -1;
    const text = `${textOf(factor)} = ${readable(values[n])}`;
    return element('li', {}, place >= 0 ? element('button', { type: 'button', class: 'quiet', onclick: () => select(place, chosen.t) }, text) : text);
  }));
  return element('div', { class: 'path' },
    count > 1 ? element('h3', {}, word('path_number', { number })) : '',
    element('p', { class: 'equation' }, path.map(textOf).join(' · '), element('span', { class: 'line' }, ` = ${values.map(bracketed).join(' · ')}`),
      element('span', { class: 'line' }, ` = ${readable(F(product))}`)), list);
}
function pathsTotal(paths, gradient) {
  const sums = paths.map(path => path.map(factorValue).reduce((all, x) => all * x, 1)), total = sums.reduce((all, x) => all + x, 0);
  const made = element('div', { class: 'total' });
  if (!paths.length) made.append(element('p', { class: 'muted' }, words.no_paths));
  if (paths.length > 1) made.append(element('p', { class: 'equation' }, `${sums.map(bracketed).join(' + ')} = ${readable(F(total))}  ${words.sum_of_paths}`));
  if (gradient >= 0) {
    const text = `${symbols[gradient]} = ${readable(value(gradient))}`;
    made.append(element('p', {}, element('button', { type: 'button', class: 'quiet strong', onclick: () => select(gradient, chosen.t) }, text),
      book.samples.count > 1 ? ` ${word('mean_of_samples', { count: book.samples.count })}` : ''));
  }
  return made;
}
function stepView(id, gradient) {
  const [, updated] = formulaOf[id] ?? [];
  if (updated === undefined || chosen.t > iterations) return [];
  const now = value(id), next = value(updated);
  return [element('h2', {}, book.phases.find(([phase]) => phase === 'update')?.[1] ?? ''), derivation(updated, chosen.t),
    element('p', { class: 'equation' }, `${words.now} ${readable(now)}, ${words.next} ${readable(next)}, ${words.change_of} ${readable(F(next - now))}`)];
}
