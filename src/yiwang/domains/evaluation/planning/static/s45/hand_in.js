// The page of a hand-in: saves by itself every 20 seconds, inserts figures where the cursor was last, opens the fields
// that a laggard needs. Without this script the same buttons save and submit.

const form = document.getElementById("hand-in");
const state = form.querySelector("[data-save-state]");
const PERIOD = 20_000;
let changed = false;
let stopped = false;

form.addEventListener("input", () => {
  changed = true;
  if (!stopped) state.textContent = form.dataset.unsaved;
});
form.addEventListener("change", () => { changed = true; });
form.addEventListener("submit", (event) => { if (!event.defaultPrevented) changed = false; });
window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

async function save() {
  if (!changed || stopped || document.querySelector("dialog[open]")) return;
  const data = new FormData(form);
  for (const input of form.querySelectorAll('input[type="file"]')) data.delete(input.name);
  const filesChosen = [...form.querySelectorAll('input[type="file"]')].some((input) => input.files.length);
  changed = false;
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body: data, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (!answer.ok) {
      changed = true;
      stopped = answer.status === 409 || answer.status === 403;
      state.textContent = form.dataset.failed + said.message;
      state.dataset.code = said.code;
      return;
    }
    form.elements.revision.value = said.revision;
    delete state.dataset.code;
    state.textContent = changed ? form.dataset.unsaved : said.message;
    changed = changed || filesChosen;
  } catch (error) {
    changed = true;
    state.textContent = form.dataset.offline;
    console.warn("autosave", error);
  }
}
setInterval(save, PERIOD);

/* a figure goes into the text that was written in last */
for (const area of form.querySelectorAll("#progress, #problems, #measures")) {
  area.addEventListener("focus", () => {
    for (const button of form.querySelectorAll("[data-into]")) button.dataset.into = area.id;
  });
}

/* on a phone the task's requirement is folded away */
if (window.matchMedia("(max-width: 900px)").matches) {
  for (const part of document.querySelectorAll("details[data-fold]")) part.open = false;
}

/* a value that lags opens the fields for its cause and remedy */
document.body.addEventListener("htmx:oobAfterSwap", () => {
  for (const hint of form.querySelectorAll("[data-laggard]")) {
    const fields = hint.closest(".figure-card")?.querySelector("details.laggard");
    if (fields) fields.open = true;
  }
});

/* links from the list of what is missing open the part they lead to */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  const field = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!field) return;
  for (let part = field.closest("details"); part; part = part.parentElement?.closest("details")) part.open = true;
  field.focus();
});
form.querySelector("[data-preview-fallback]")?.setAttribute("hidden", "");
const first = document.getElementById("problem") ?? document.getElementById("faults");
first?.focus();
