// Ticks of rows: a box in the head that ticks them all, and the count in words.

function rows(table) {
  return [...table.querySelectorAll("input[data-select-row]")];
}

function addHead(table) {
  const cell = table.querySelector("td[data-select-all]");
  if (!cell || cell.firstElementChild) return;
  const id = `all-${Math.random().toString(36).slice(2)}`;
  const box = document.createElement("span");
  box.className = "app-check";
  const input = document.createElement("input");
  input.type = "checkbox";
  input.id = id;
  input.className = "app-check__input";
  input.setAttribute("data-select-head", "");
  const label = document.createElement("label");
  label.htmlFor = id;
  label.className = "app-check__label";
  const words = document.createElement("span");
  words.className = "nhsuk-u-visually-hidden";
  words.textContent = cell.dataset.selectAll || "Select all";
  label.append(words);
  box.append(input, label);
  cell.append(box);
}

function tell(scope) {
  const all = rows(scope);
  const ticked = all.filter((box) => box.checked).length;
  const bar = scope.querySelector("[data-bulk]");
  if (bar) {
    const noun = bar.dataset.bulk;
    bar.querySelector("[data-bulk-count]").textContent = `${ticked} ${noun}${ticked === 1 ? "" : "s"} selected`;
  }
  const head = scope.querySelector("input[data-select-head]");
  if (head) {
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }
}

function scopeOf(element) {
  return element.closest(".app-results") ?? element.closest("form") ?? document;
}

let listening = false;

export function startSelection() {
  for (const cell of document.querySelectorAll("td[data-select-all]")) {
    addHead(cell.closest("table"));
    tell(scopeOf(cell));
  }
  if (listening) return;
  listening = true;
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches?.("input[data-select-head]")) {
      for (const row of rows(box.closest("table"))) row.checked = box.checked;
    } else if (!box.matches?.("input[data-select-row]")) {
      return;
    }
    tell(scopeOf(box));
  });
  // The boxes are cleared after the event, so the count waits for it.
  document.addEventListener("reset", (event) => setTimeout(() => tell(scopeOf(event.target)), 0));
}
