// What the pages gain from a script. Every page works without it; nothing here is needed to finish a task.

const on = (type, selector, handler) =>
  document.addEventListener(type, (event) => {
    const target = event.target instanceof Element ? event.target.closest(selector) : null;
    if (target) handler(event, target);
  });

/* drawer: the side navigation on narrow screens (without script it opens by :target) */
const sidebar = document.getElementById("sidebar");
const opener = document.querySelector("[data-drawer]");
function drawer(open) {
  if (!sidebar || !opener) return;
  sidebar.classList.toggle("is-open", open);
  opener.setAttribute("aria-expanded", String(open));
  if (open) sidebar.querySelector("a")?.focus();
  else opener.focus();
}
if (opener) {
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-controls", "sidebar");
  opener.setAttribute("aria-expanded", "false");
}
on("click", "[data-drawer]", (event) => { event.preventDefault(); drawer(!sidebar.classList.contains("is-open")); });
on("click", "[data-drawer-close], .sidebar-shade", (event) => { event.preventDefault(); drawer(false); });
document.addEventListener("focusin", (event) => {
  if (sidebar?.classList.contains("is-open") && !sidebar.contains(event.target)) sidebar.querySelector("a")?.focus();
});

/* menus: a <details> closes on Escape, on a click elsewhere and when focus leaves */
const openMenus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("click", (event) => openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
document.addEventListener("focusin", (event) => openMenus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  openMenus().forEach((menu) => { menu.open = false; menu.querySelector("summary")?.focus(); });
  if (sidebar?.classList.contains("is-open")) drawer(false);
});

/* confirm: <button data-confirm="…"> or <form data-confirm="…"> asks before the form is sent; also for hx-confirm */
const dialog = document.getElementById("confirm");
function ask(text, danger) {
  return new Promise((resolve) => {
    dialog.querySelector("[data-confirm-text]").textContent = text;
    const yes = dialog.querySelector("[data-confirm-yes]");
    yes.classList.toggle("btn-danger", danger);
    yes.classList.toggle("btn-primary", !danger);
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });
}
const confirmed = new WeakSet();
// In the capture phase, before the form's other listeners: they must not see a submission that may be called off.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  const text = button?.dataset.confirm ?? form.dataset.confirm;
  if (!text || confirmed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(text, Boolean(button?.matches(".btn-danger, .btn-outline-danger") || form.matches("[data-danger]")))) {
    confirmed.add(form);
    form.requestSubmit(button ?? undefined);
  } else button?.focus();
}, true);
document.body.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await ask(event.detail.question, false)) event.detail.issueRequest(true);
});

/* toasts: an answer may carry HX-Trigger: {"toast": "text"} */
export function toast(text) {
  const note = document.createElement("div");
  note.className = "toast-note";
  note.textContent = text;
  document.getElementById("toasts")?.append(note);
  setTimeout(() => note.remove(), 6000);
}
document.body.addEventListener("toast", (event) => toast(event.detail.value ?? String(event.detail)));
document.body.addEventListener("htmx:sendError", () => {
  const english = document.documentElement.lang === "en";
  toast(english ? "The server cannot be reached. Nothing was sent." : "连接不上服务器，本次操作没有提交。");
});

/* unsaved changes: <form data-guard> warns before the page is left */
const dirty = new Set();
on("input", "form[data-guard]", (event, form) => dirty.add(form));
on("change", "form[data-guard]", (event, form) => dirty.add(form));
document.addEventListener("submit", (event) => dirty.delete(event.target));
window.addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });

/* a form is sent once: its buttons rest until the answer comes (a disabled button would lose its name and value) */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-again")) return;
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 4000) event.preventDefault();
  form.dataset.sent = String(Date.now());
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

/* file drop: <label data-drop> around an <input type="file"> */
const names = (zone) => {
  const input = zone.querySelector('input[type="file"]');
  let list = zone.querySelector(".drop-names");
  if (!list) {
    list = document.createElement("ul");
    list.className = "drop-names";
    zone.append(list);
  }
  list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    item.textContent = `${file.name}（${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB）`;
    return item;
  }));
};
on("dragover", "[data-drop]", (event, zone) => { event.preventDefault(); zone.classList.add("is-over"); });
on("dragleave", "[data-drop]", (event, zone) => zone.classList.remove("is-over"));
on("drop", "[data-drop]", (event, zone) => {
  event.preventDefault();
  zone.classList.remove("is-over");
  const input = zone.querySelector('input[type="file"]');
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
on("change", '[data-drop] input[type="file"]', (event, input) => names(input.closest("[data-drop]")));

/* tokens: <button data-insert="{{F001}}" data-into="field-id"> puts text where the cursor is;
   data-into-last=".class" into the one of several fields that was used last, else the first */
let lastField = null;
document.addEventListener("focusin", (event) => { if (event.target.matches("input, textarea")) lastField = event.target; });
on("click", "[data-insert]", (event, button) => {
  const several = button.dataset.intoLast;
  const area = several
    ? (lastField?.isConnected && lastField.matches(several) ? lastField : document.querySelector(several))
    : document.getElementById(button.dataset.into);
  if (!area) return;
  event.preventDefault();
  area.setRangeText(button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
});

/* table filter: <input data-filter="table-id"> hides rows whose text lacks the words */
document.querySelectorAll("[data-filter]").forEach((input) => { input.hidden = false; input.closest("[hidden]")?.removeAttribute("hidden"); });
on("input", "[data-filter]", (event, input) => {
  const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  document.querySelectorAll(`#${CSS.escape(input.dataset.filter)} tbody tr, #${CSS.escape(input.dataset.filter)} > li`).forEach((row) => {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  });
});

/* a table that scrolls sideways can be reached by keyboard */
function scrollers() {
  document.querySelectorAll(".table-responsive").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
}
scrollers();
window.addEventListener("resize", scrollers);
document.body.addEventListener("htmx:afterSettle", scrollers);

/* filters of a list apply when one is chosen: <form data-auto> */
on("change", "form[data-auto] select", (event, select) => select.form.requestSubmit());

/* keyboard: / search, g h home, g n notices, ? this list */
let pending = 0;
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const search = document.querySelector('[data-shortcut="/"]');
  const wasG = Date.now() - pending < 1200;
  pending = event.key === "g" ? Date.now() : 0;
  if (event.key === "/" && search?.checkVisibility()) { event.preventDefault(); search.focus(); search.select(); }
  else if (event.key === "?") document.getElementById("shortcuts")?.showModal();
  else if (wasG && event.key === "h") window.location.assign(document.querySelector(".brand")?.href ?? "/");
  else if (wasG && event.key === "n") window.location.assign("/notices/");
});
