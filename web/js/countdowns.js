// Countdowns are words that the server wrote, patched in place. The page says
// in <meta name="app-now"> what time it is in this organisation, which is not
// always the time of this computer.

const minute = 60_000;

function offset() {
  const now = Date.parse(document.querySelector('meta[name="app-now"]')?.content ?? "");
  return Number.isNaN(now) ? 0 : now - Date.now();
}

export function inWords(milliseconds) {
  const minutes = Math.floor(milliseconds / minute);
  if (minutes < 1) return "less than 1m";
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days > 0) return hours > 0 ? `${days}d ${hours}h` : `${days}d`;
  if (hours > 0) return rest > 0 ? `${hours}h ${rest}m` : `${hours}h`;
  return `${rest}m`;
}

export function startCountdowns() {
  const ahead = offset();
  const patch = () => {
    for (const time of document.querySelectorAll("time[data-countdown]")) {
      const at = Date.parse(time.dateTime);
      if (Number.isNaN(at)) continue;
      const left = at - Date.now() - ahead;
      const words = left > 0 ? inWords(left) : "now";
      if (time.textContent !== words) time.textContent = words;
    }
  };
  patch();
  setInterval(patch, 15_000);
}
