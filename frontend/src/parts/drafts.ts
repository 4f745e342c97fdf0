/** What somebody types into a form is kept in this tab until it is sent or given up: a closed page costs nothing. */
import { fill, listEntries, who } from "./entries";
import { say } from "./look";

const PAUSE_MS = 400;

export function keepDrafts(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-keep]");
  if (!form || form.querySelector("[type=password], [type=file]")) return;
  const key = `draft ${who()} ${location.pathname}${location.search}`;
  const forget = () => sessionStorage.removeItem(key);
  const kept = sessionStorage.getItem(key);
  // A form that wasn't taken comes back with what was typed.
  if (kept && !document.querySelector("main [role=alert]") && fill(form, JSON.parse(kept) as [string, string][])) offerToDrop(form, forget);
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      try { sessionStorage.setItem(key, JSON.stringify(listEntries(form))); } catch { /* No room in this tab: the form goes on without. */ }
    }, PAUSE_MS);
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  const stop = () => { clearTimeout(timer); forget(); };
  form.addEventListener("submit", stop);
  form.querySelector(".form-actions a")?.addEventListener("click", stop);
}

function offerToDrop(form: HTMLFormElement, forget: () => void): void {
  const notice = document.createElement("div");
  notice.className = "krds-alert";
  notice.setAttribute("role", "status");
  notice.textContent = say("전에 쓰다 만 내용을 되돌려 놓았습니다.", "What you had begun to write is back.");
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "krds-btn small tertiary";
  drop.textContent = say("버리고 새로 쓰기", "Drop it and start anew");
  drop.addEventListener("click", () => { forget(); location.reload(); });
  notice.append(drop);
  form.prepend(notice);
}
