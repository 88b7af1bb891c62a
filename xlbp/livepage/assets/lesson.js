// Predict, then try: each question with what to type, and the answer folded beneath.
const told = ([place, x]) => `${symbols[columns + place]} = ${localized(String(x).replace('-', '−'))}`;
function showLesson(view) {
  if (view.firstChild) return; // an answer that is open stays so
  view.append(element('ol', { class: 'lesson' }, book.lesson.map(({ question, answer: text, trials }) => element('li', {},
    element('p', {}, question),
    element('p', {}, trials.filter(trial => trial.length).map(trial => element('button', {
      type: 'button', onclick: () => { reset(); change(trial); },
    }, trial.length > 3 ? words.try_it : word('try_numbers', { numbers: trial.map(told).join(', ') })))),
    element('details', {}, element('summary', {}, words.answer), element('p', {}, text))))));
}
