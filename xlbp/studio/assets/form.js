// Shows, while a form is filled in, the command that it would be.
const form = document.querySelector("form.story");
const shown = form.querySelector("output.command");

function values() {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    const text = value instanceof File ? value.name : value;
    if (text) (found[name] ??= []).push(text);
  }
  return found;
}

async function show() {
  const answer = await fetch(`/do/${form.dataset.story}/command`, {
    method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(values()),
  });
  const said = await answer.json();
  shown.textContent = said.command ? said.command.map(quoted).join(" ") : `… ${said.missing ?? ""}`;
}

function quoted(word) {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `"${word.replace(/(["\\$`])/g, "\\$1")}"`;
}

form.addEventListener("input", show);
form.addEventListener("change", show);
form.addEventListener("submit", () => { form.querySelector("button:not([type])").disabled = true; });
addEventListener("pageshow", () => { form.querySelector("button:not([type])").disabled = false; });
show();
