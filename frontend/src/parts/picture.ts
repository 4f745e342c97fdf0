/** A screen that nobody touches keeps its last picture, says how old it is, and fetches a new one as soon as it can. */
import { readyGlyphs } from "./look";

const LATE_S = 45;
const TICK_MS = 1000;
const SLEPT_MS = 5000;

type Watching = {
  /** Runs after each new picture. */
  drawn?: () => void;
  /** Runs once when the picture becomes too old. */
  late?: () => void;
};

/** Watch the part `id`, which fetches itself anew; `data-late-after` on it says after how many seconds it is late. */
export function watchPicture(id: string, { drawn, late }: Watching = {}): void {
  let drawnAt = Date.now();
  let tickedAt = drawnAt;
  let wasLate = false;
  let isSignedOut = false;
  const isMine = (event: Event) => (event as CustomEvent<{ target: HTMLElement }>).detail.target?.id === id;
  const refresh = () => document.getElementById(id)?.dispatchEvent(new CustomEvent("madang:live"));
  // A login page or an error in place of the board must not take the last picture away.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>).detail;
    if (!isMine(event) || detail.xhr.responseText.includes(`id="${id}"`)) return;
    detail.shouldSwap = false;
    isSignedOut = new URL(detail.xhr.responseURL, location.href).pathname.startsWith("/accounts/");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!isMine(event)) return;
    drawnAt = Date.now();
    isSignedOut = false;
    drawn?.();
  });
  const { late: lateWords, signedOut } = document.querySelector<HTMLElement>(".wall-late")?.dataset ?? {};
  readyGlyphs(lateWords, signedOut, "0123456789");
  addEventListener("online", refresh);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
  setInterval(() => {
    // The machine slept: clocks that count only while it is awake would call an old picture a new one.
    const now = Date.now();
    if (now - tickedAt > SLEPT_MS) refresh();
    tickedAt = now;
    drawnAt = Math.min(drawnAt, now);
    const element = document.querySelector<HTMLElement>(".wall-late");
    if (!element) return;
    const age = Math.round((now - drawnAt) / 1000);
    const isLate = isSignedOut || age > Number(document.getElementById(id)?.dataset.lateAfter ?? LATE_S);
    const words = (isSignedOut && element.dataset.signedOut) || (isLate ? element.dataset.late : element.dataset.fresh) || "";
    element.textContent = words.replace("{n}", String(age));
    element.classList.toggle("late", isLate);
    if (isLate && !wasLate) late?.();
    wasLate = isLate;
  }, TICK_MS);
}
