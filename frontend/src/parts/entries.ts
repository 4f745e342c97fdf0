/** A form is sent once, and what was typed outlives a lost sign-in: this tab keeps it until the house took it. */
import { say } from "./look";

const KEY = "entries";
const ONCE_MS = 10_000;

type Kept = { path: string; action: string | null; who: string; entries: [string, string][]; isLost: boolean };

export function keepEntries(): void {
  putBack();
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post" || form.target) return;
    const button = (event.submitter as HTMLElement | null) ?? form;
    if (button.ariaBusy) return event.preventDefault();
    // A form may answer with a file and leave the page where it is.
    button.ariaBusy = "true";
    setTimeout(() => { button.ariaBusy = null; }, ONCE_MS);
    remember(form);
  });
  // Somebody who goes back finds a page as it was when its form was sent.
  addEventListener("pageshow", () => { for (const one of document.querySelectorAll("main [aria-busy=true]")) if (one.closest("form")) one.ariaBusy = null; });
}

function remember(form: HTMLFormElement): void {
  if (location.pathname.startsWith("/accounts/")) return;
  sessionStorage.removeItem(KEY);
  if (form.querySelector("[type=password]")) return;
  write({ path: location.pathname + location.search, action: form.getAttribute("action"), who: who(), entries: listEntries(form), isLost: false });
}

/** Return what was typed and chosen, without files. */
export function listEntries(form: HTMLFormElement): [string, string][] {
  return [...new FormData(form)].filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[0] !== "csrfmiddlewaretoken");
}

/** Pages of the login and of errors stand between a form and its second try; any other page means that it was taken. */
function putBack(): void {
  const words = sessionStorage.getItem(KEY);
  if (!words) return;
  const kept = JSON.parse(words) as Kept;
  if (location.pathname.startsWith("/accounts/") || document.querySelector(".error-page")) return write({ ...kept, isLost: true });
  sessionStorage.removeItem(KEY);
  if (!kept.isLost || kept.path !== location.pathname + location.search || kept.who !== who()) return;
  const form = [...document.querySelectorAll<HTMLFormElement>("main form[method=post]")].find((one) => one.getAttribute("action") === kept.action && kept.entries.every(([name]) => one.elements.namedItem(name)));
  if (!form || !fill(form, kept.entries)) return;
  const notice = document.createElement("div");
  notice.className = "krds-alert";
  notice.setAttribute("role", "status");
  notice.textContent = say("보내지 못한 내용을 되돌려 놓았습니다. 파일은 다시 골라 주세요. 확인하고 다시 보내 주세요.", "What couldn't be sent is back. Choose files again, check it and resend.");
  form.prepend(notice);
  form.scrollIntoView({ block: "nearest" });
}

/** Write the entries into what people fill in; return whether anything differs from before. */
export function fill(form: HTMLFormElement, entries: [string, string][]): boolean {
  let differs = false;
  const left = [...entries];
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) || ["hidden", "file", "submit"].includes(field.type)) continue;
    const before = state(field);
    const isTick = field.type === "checkbox" || field.type === "radio";
    const at = left.findIndex(([name, value]) => name === field.name && (!isTick || value === field.value));
    if (isTick) (field as HTMLInputElement).checked = at >= 0;
    else if (field instanceof HTMLSelectElement && field.multiple) for (const option of field.options) option.selected = entries.some(([name, value]) => name === field.name && value === option.value);
    else if (at >= 0) field.value = left[at]![1];
    if (at >= 0) left.splice(at, 1);
    if (before === state(field)) continue;
    differs = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return differs;
}

function state(field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement): string {
  if (field instanceof HTMLSelectElement) return [...field.selectedOptions].map((option) => option.value).join("\n");
  return field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio") ? String(field.checked) : field.value;
}

function write(kept: Kept): void {
  try { sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* No room in this tab: the form goes on without. */ }
}

export function who(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="actor"]')?.content ?? "";
}
