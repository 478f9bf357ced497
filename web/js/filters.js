// A change of a filter submits the form by htmx, which morphs the page and so
// keeps the focus. On a phone several filters are set behind one button first:
// there the form waits for it.

const phone = window.matchMedia("(max-width: 640.98px)");

export function startFilters() {
  document.addEventListener(
    "change",
    (event) => {
      if (event.target.closest?.("form[data-filters]") && phone.matches) event.stopPropagation();
    },
    true,
  );
  document.addEventListener("htmx:after:swap", () => {
    const summary = document.querySelector(".app-chips__summary");
    const live = document.getElementById("app-live");
    if (summary && live) live.textContent = summary.textContent;
  });
}
