/** “3 minutes ago” stays true while the page is open; the exact time is in the title. */
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

export function keepTimesFresh(): void {
  setInterval(refresh, 30_000);
  document.addEventListener("htmx:load", refresh);
}

function refresh(): void {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
    // Beyond a month the server wrote a date, which stays.
    if (step && Math.abs(seconds) < 30 * 86400) time.textContent = words.format(Math.trunc(seconds / step[1]), step[0]);
  }
}
