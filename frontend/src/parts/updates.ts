/** Parts of a page that are fetched anew: never replaced by a login page, and a list waits while somebody works in it. */
import { say } from "./look";

type Fetched = {
  elt: HTMLElement;
  target: HTMLElement;
  xhr: XMLHttpRequest;
  boosted: boolean;
  shouldSwap: boolean;
  isError: boolean;
  requestConfig: { triggeringEvent?: Event; verb: string };
  pathInfo: { finalRequestPath: string };
};

/** Longer than the pause that lists keep between two renewals, in which news counts as told. */
const PAUSE_MS = 3500;

let waiting: HTMLElement | undefined;
let current: string | undefined;
let held = "";

export function guardUpdates(): void {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent<Fetched>).detail;
    const isSignedOut = new URL(detail.xhr.responseURL || location.href, location.href).pathname.startsWith("/accounts/");
    if (isSignedOut) detail.shouldSwap = false;
    // The whole page says what is wrong, or asks to sign in and comes back here.
    if ((isSignedOut || detail.isError) && detail.boosted && detail.requestConfig.verb === "get") return location.assign(detail.pathInfo.finalRequestPath);
    if (detail.target.id !== "list") return;
    current = detail.target.querySelector<HTMLElement>("tr.is-current")?.dataset.id;
    const at = document.activeElement;
    held = at && detail.target.contains(at) ? describe(at) : "";
    if (detail.requestConfig.triggeringEvent?.type !== "madang:live" || !isBusy(detail.target)) return;
    detail.shouldSwap = false;
    waiting = detail.elt;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const row = [...document.querySelectorAll<HTMLElement>("#list [data-rows] > tr")].find((one) => one.dataset.id === current);
    current = undefined;
    if (!row) return holdOn();
    row.classList.add("is-current");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, (event) => {
    const { target, boosted } = (event as CustomEvent<Fetched>).detail;
    if (!boosted || target.querySelector(":scope > [role=alert]")) return;
    const notice = document.createElement("div");
    notice.className = "krds-alert danger";
    notice.setAttribute("role", "alert");
    notice.textContent = say("연결이 끊겨 불러오지 못했습니다. 잠시 뒤 다시 눌러 주세요.", "The connection was lost and nothing was loaded. Please try again in a moment.");
    target.prepend(notice);
  });
  for (const name of ["change", "focusout", "toggle"]) document.addEventListener(name, () => setTimeout(goOn, PAUSE_MS), true);
}

/** The keyboard stays where it was: on what is called the same, in its open menu; else at the count of what was found. */
function holdOn(): void {
  const list = document.getElementById("list");
  if (!held || !list || document.activeElement !== document.body) return;
  const same = [...list.querySelectorAll<HTMLElement>("a[href], button, summary")].find((one) => describe(one) === held);
  const menu = same?.parentElement?.closest("details");
  if (menu && same?.tagName !== "SUMMARY") menu.open = true;
  const next = same ?? list.querySelector<HTMLElement>("[role=status]");
  if (next && !same) next.tabIndex = -1;
  next?.focus({ preventScroll: true });
}

function describe(element: Element): string {
  const group = element.closest("[aria-label]")?.getAttribute("aria-label") ?? "";
  const words = (element.textContent ?? "").trim();
  return `${element.tagName} ${group} ${words.replace(/[\d,↑↓]/g, "").trim() || words}`;
}

/** Fetch what came while somebody chose rows, typed or picked columns. */
function goOn(): void {
  const list = document.getElementById("list");
  if (!waiting || !list || isBusy(list)) return;
  waiting.dispatchEvent(new CustomEvent("madang:live"));
  waiting = undefined;
}

function isBusy(list: HTMLElement): boolean {
  const at = document.activeElement;
  return !!list.querySelector("[data-choose]:checked, details[open]") || (!!at?.matches("input[type=search], select") && list.contains(at));
}
