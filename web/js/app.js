// The one script of Wardbridge. Every page works without it; it keeps focus
// and place where a full reload would lose them.

import htmx from "htmx.org";
import { ErrorSummary, NotificationBanner, PasswordInput, SkipLink } from "nhsuk-frontend";
import { startCountdowns } from "./countdowns.js";
import { startFilters } from "./filters.js";
import { startSelection } from "./selection.js";

const parts = {
  "nhsuk-error-summary": ErrorSummary,
  "nhsuk-notification-banner": NotificationBanner,
  "nhsuk-password-input": PasswordInput,
  "nhsuk-skip-link": SkipLink,
};

// A part is started once: a second start throws, and the ones that take the
// focus would take it from whoever is typing.
function dress() {
  for (const [name, Part] of Object.entries(parts)) {
    for (const root of document.querySelectorAll(`[data-module="${name}"]:not([data-${name}-init])`)) new Part(root);
  }
  startSelection();
}

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
// A morph keeps the marks of what has been started.
htmx.config.morphIgnore.push(...Object.keys(parts).map((name) => `data-${name}-init`));

dress();
startCountdowns();
startFilters();
document.addEventListener("htmx:after:swap", dress);
