/** `/` goes to the search, `?` to this page's help, Escape closes what is open, and `j k x Enter e` walk through a list. */
export function listenToKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeFlyouts();
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (event.key === "?") return document.querySelector<HTMLAnchorElement>("[data-help]")?.click();
    if (event.key === "/") {
      const search = document.querySelector<HTMLInputElement>("main input[type=search], input[type=search]");
      if (search) event.preventDefault();
      else location.href = "/search/";
      search?.focus();
      search?.select();
      return;
    }
    walk(event);
  });
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll<HTMLDetailsElement>("details.flyout[open]")) {
      if (!open.contains(event.target as Node)) open.open = false;
    }
  });
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|select|textarea)$/i.test(target.tagName));
}

function closeFlyouts(): void {
  for (const open of document.querySelectorAll<HTMLDetailsElement>("details.flyout[open]")) {
    open.open = false;
    open.querySelector("summary")?.focus();
  }
}

function walk(event: KeyboardEvent): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-rows] > tr")];
  if (!rows.length || !["j", "k", "x", "e", "Enter"].includes(event.key)) return;
  const at = rows.findIndex((row) => row.classList.contains("is-current"));
  if (event.key === "e") return document.querySelector<HTMLElement>("[data-export]")?.focus();
  if (event.key === "x") return rows[at]?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  if (event.key === "Enter") {
    if (document.activeElement === rows[at]) rows[at]?.querySelector<HTMLAnchorElement>("a[href]")?.click();
    return;
  }
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === "j" ? 1 : -1)))]!;
  rows[at]?.classList.remove("is-current");
  next.classList.add("is-current");
  next.tabIndex = -1;
  next.focus();
  next.dispatchEvent(new CustomEvent("madang:row", { bubbles: true, detail: { id: next.dataset.id } }));
}
