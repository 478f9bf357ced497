const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();

function readable(element) {
  const copy = element.cloneNode(true);
  for (const hidden of copy.querySelectorAll(".nhsuk-u-visually-hidden, [aria-hidden='true']")) hidden.remove();
  return plain(copy.textContent);
}

function shown(element) {
  if (!element.getClientRects().length) return false;
  return getComputedStyle(element).visibility !== "hidden";
}

function called(element, words) {
  return (
    readable(element) === words ||
    plain(element.textContent) === words ||
    plain(element.getAttribute("aria-label")) === words ||
    (element.tagName === "INPUT" && plain(element.value) === words)
  );
}

function bySelector(selector) {
  try {
    return document.querySelector(selector);
  } catch {
    return null;
  }
}

function leads(element) {
  const link = element.closest("a[href]");
  if (link) {
    if (link.target === "_blank" || link.hasAttribute("download") || link.hasAttribute("hx-get")) return false;
    const to = new URL(link.href, location.href);
    const here = new URL(location.href);
    return !(to.hash && to.pathname === here.pathname && to.search === here.search) && to.protocol.startsWith("http");
  }
  const button = element.closest("button, input[type=submit]");
  if (!button || button.disabled || (button.type !== "submit" && button.type !== "image")) return false;
  const form = button.form;
  if (!form) return false;
  const scripted = [...form.attributes, ...button.attributes].some((attribute) => /^hx-(get|post|put|patch|delete)$/.test(attribute.name));
  return !(scripted && document.body.classList.contains("js-enabled"));
}

function place(element) {
  element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  const box = [...element.getClientRects()].find((rect) => rect.width > 0 && rect.height > 0);
  if (!box) return { found: false, why: "it is not drawn" };
  const x = box.left + box.width / 2;
  const y = box.top + box.height / 2;
  const hit = document.elementFromPoint(x, y);
  const own = hit && (element.contains(hit) || hit.contains(element) || [...(element.labels ?? [])].some((label) => label.contains(hit)));
  if (!own) return { found: false, why: `something lies over it: ${hit?.outerHTML.slice(0, 80)}` };
  return { found: true, x, y, navigates: leads(element) };
}

function pressable(words) {
  const all = [...document.querySelectorAll("a[href], button, summary, input[type=submit], [role=button]")];
  const named = all.filter((element) => called(element, words));
  const element = named.find(shown) ?? bySelector(words);
  if (element) return place(element);
  if (named.length) return { found: false, why: "it is on the page and not shown" };
  return { found: false, why: `nothing to press with these words among ${all.filter(shown).map(readable).filter(Boolean).slice(0, 40).join(" | ")}` };
}

function field(words) {
  const label = [...document.querySelectorAll("label")].find((candidate) => candidate.control && (readable(candidate) === words || plain(candidate.textContent) === words));
  if (label) return label.control;
  return (
    [...document.querySelectorAll("input, select, textarea")].find((input) => input.name === words || input.getAttribute("aria-label") === words) ??
    bySelector(words)
  );
}

function tickable(words) {
  const input = field(words);
  if (!input) return { found: false, why: `no box or radio is called so among ${[...document.querySelectorAll("label")].map(readable).join(" | ")}` };
  return place(input);
}

function ticked(words) {
  return !!field(words)?.checked;
}

function tell(element) {
  element.dispatchEvent(new Event("input", { bubbles: true }));
  element.dispatchEvent(new Event("change", { bubbles: true }));
}

function focusForTyping(words, value) {
  const input = field(words);
  if (!input) return `no input is called so among ${[...document.querySelectorAll("label")].map(readable).join(" | ")}`;
  if (input.disabled || input.readOnly) return "it takes no text";
  if (["date", "time", "month", "number", "color", "range", "hidden"].includes(input.type) || value === "") {
    input.value = value;
    tell(input);
    return "set";
  }
  input.scrollIntoView({ block: "center", behavior: "instant" });
  input.focus();
  input.select();
  return "type";
}

function leave() {
  document.activeElement?.blur();
  return true;
}

function pick(words, option) {
  const select = field(words);
  if (!select || select.tagName !== "SELECT") return "no drop-down is called so";
  const wanted = [...select.options].find((candidate) => plain(candidate.textContent) === option || candidate.value === option);
  if (!wanted) return `it only offers ${[...select.options].map((candidate) => plain(candidate.textContent)).join(" | ")}`;
  select.value = wanted.value;
  tell(select);
  return "";
}

function holds(words) {
  return field(words)?.value ?? "";
}
