// Tells the viewer that the page is starting, and mends what its widgets leave out.

// Voilà's server calls this while a cell takes long, only to keep the connection open.
window.voila_heartbeat = () => {};

// Charts wait for this promise. Asked for here, plotly.js loads and runs while the kernel starts.
window.tcoPlotly = new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = document.getElementById("tco-plotly").href;
  script.onload = () => (window.Plotly ? resolve(window.Plotly) : script.onerror());
  script.onerror = () => reject(new Error("plotly.js did not load"));
  document.head.append(script);
});

// ipywidgets puts a label beside a slider, its number and a row of buttons without tying them together.
function nameControls() {
  for (const label of document.querySelectorAll("#tco-page .widget-label:not([id])")) {
    if (label.title === "null") label.removeAttribute("title");
    label.id = `tco-label-${(nameControls.count = (nameControls.count ?? 0) + 1)}`;
    const number = label.parentElement.querySelector(".widget-readout");
    if (number) {
      number.id = `${label.id}-number`;
      number.setAttribute("role", "textbox");
      number.setAttribute("aria-labelledby", label.id);
    }
    // The number too: a logarithmic slider calls its own position 4 where it means 10,000.
    const name = [label.id, number?.id].filter(Boolean).join(" ");
    label.parentElement.querySelector("[role='slider']")?.setAttribute("aria-labelledby", name);
    if (!label.parentElement.matches(".widget-toggle-buttons")) continue;
    label.parentElement.setAttribute("role", "group");
    label.parentElement.setAttribute("aria-labelledby", label.id);
  }
}

// Which of several buttons is chosen is a class only.
function tellChoices() {
  for (const button of document.querySelectorAll(".widget-toggle-button"))
    button.setAttribute("aria-pressed", String(button.classList.contains("mod-active")));
}

// A slider's number is shown as 20,000 or as 30%; ipywidgets would read what is typed like that as 20 and as 3000%, and
// read nothing at all before Enter is pressed.
function readAsShown(event) {
  const number = event.target;
  if (!number.matches?.(".widget-readout")) return;
  if (event.type === "focus") {
    number.dataset.percent = number.textContent.includes("%");
  } else if (event.type === "blur") {
    number.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 13, bubbles: true, cancelable: true }));
  } else if (event.key === "Enter") {
    const typed = number.textContent.replaceAll(",", "");
    number.textContent = number.dataset.percent === "true" ? parseFloat(typed) / 100 : typed;
  }
}
for (const type of ["focus", "keydown", "blur"]) document.addEventListener(type, readAsShown, true);

// The kernel does not know by which address the server is reached: the browser does.
function completeLinks() {
  for (const field of document.querySelectorAll(".tco-copy-link")) field.value = new URL(field.value, location).href;
  followInAddress();
}

// Once the scenario differs from the one that the page opened with, its address is the link to it: whoever reloads the
// page, comes back to it or copies the address keeps the inputs. Browsers refuse more than a few such changes a second.
function followInAddress() {
  const link = document.querySelector(".tco-copy-link")?.value;
  followInAddress.opened ??= link;
  if (!link || link === (followInAddress.shown ?? followInAddress.opened)) return;
  followInAddress.timer ??= setTimeout(() => {
    followInAddress.timer = null;
    // The field may have come anew since, and its link not be complete yet; while it is being replaced there is none.
    const field = document.querySelector(".tco-copy-link");
    if (!field?.value) return;
    followInAddress.shown = new URL(field.value, location).href;
    const address = new URL(location);
    const linked = new URL(followInAddress.shown).searchParams;
    // A link says nothing of a view that is the usual one again.
    for (const name of new Set([...linked.keys(), "view"])) {
      address.searchParams.delete(name);
      for (const value of linked.getAll(name)) address.searchParams.append(name, value);
    }
    history.replaceState(history.state, "", address);
  }, FOLLOW_EVERY_MS);
}
const FOLLOW_EVERY_MS = 400;
// Of what changes by itself a screen reader is told the answer and its kind, and nothing else.
function announceAnswers() {
  for (const answer of document.querySelectorAll(":is(.tco-verdict, .tco-kind) > .widget-html-content"))
    answer.setAttribute("role", "status");
}

// What scrolls can be scrolled from the keyboard too.
function reachTables() {
  for (const table of document.querySelectorAll(".tco-table > .widget-html-content")) {
    if (table.scrollWidth > table.clientWidth) {
      table.tabIndex = 0;
      table.setAttribute("role", "group");
      table.setAttribute("aria-label", "A table that scrolls sideways");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) table.removeAttribute(name);
    }
  }
}

// A block of numbers, or a table that was sorted, is replaced as a whole when it changes: what was open in it opens
// again, and whoever works with the keyboard goes on where they were.
const REPLACED = ["popovertarget", "data-menu"];
const opened = new Set();
let focused = null;

document.addEventListener(
  "toggle",
  ({ target, newState }) => {
    if (target.popover) opened[newState === "open" ? "add" : "delete"](target.id);
  },
  true,
);
document.addEventListener("focusin", ({ target }) => {
  const name = REPLACED.find((attribute) => target.hasAttribute(attribute));
  const alike = name && `[${name}="${target.getAttribute(name)}"]`;
  focused = name ? { target, alike, place: [...document.querySelectorAll(alike)].indexOf(target) } : null;
});

function keepOpen() {
  for (const id of opened) {
    const popover = document.getElementById(id);
    if (popover && !popover.matches(":popover-open")) popover.showPopover();
  }
  if (!focused || focused.target.isConnected || document.activeElement !== document.body) return;
  document.querySelectorAll(focused.alike)[focused.place]?.focus();
}

// A file too large for a message would end the connection. Its beginning is enough for the kernel to refuse it in words.
// ipywidgets' field for files is not part of the page: it is met where it is opened.
const MOST_SENT_BYTES = 200_000;

function sendBeginnings({ target }) {
  const sent = new DataTransfer();
  for (const file of target.files)
    sent.items.add(file.size > MOST_SENT_BYTES ? new File([file.slice(0, MOST_SENT_BYTES)], file.name) : file);
  target.files = sent.files;
}

const openField = HTMLInputElement.prototype.click;
HTMLInputElement.prototype.click = function () {
  if (this.type === "file") this.addEventListener("change", sendBeginnings, { capture: true, once: true });
  openField.call(this);
};

// A click on the field with the link copies it.
document.addEventListener("click", ({ target }) => {
  if (!target.matches?.(".tco-copy-link")) return;
  target.select();
  navigator.clipboard?.writeText(target.value).catch(() => {});
});

// The head of a table's column chooses in the menu that the table is sorted by: what comes first, the kernel knows.
document.addEventListener("click", ({ target }) => {
  const head = target.closest?.("button[data-menu]");
  if (!head) return;
  const menu = document.querySelector(`.tco-choice-${head.dataset.menu} select`);
  menu.value = head.dataset.option;
  menu.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("DOMContentLoaded", () => {
  let named = 0;
  const nameSoon = () => {
    named ||= requestAnimationFrame(() => {
      named = 0;
      nameControls();
      completeLinks();
      announceAnswers();
      tellChoices();
      keepOpen();
      reachTables();
    });
  };
  new MutationObserver(nameSoon).observe(document.body, { childList: true, subtree: true });
  addEventListener("resize", nameSoon);

  const starting = document.getElementById("tco-starting");
  // Voilà puts what it drew in the place of these scripts.
  const outputs = document.querySelectorAll("#tco-page script[type='application/vnd.voila.cell-output+json']").length;
  const settled = () => !outputs || document.querySelector("#tco-page .jp-OutputArea-output > *");
  const watch = new MutationObserver(() => {
    if (!settled()) return;
    watch.disconnect();
    starting.remove();
  });
  watch.observe(document.body, { childList: true, subtree: true });
  if (settled()) starting.remove();
});
