/** Cameras: pictures renew themselves, and the keyboard chooses a stream, walks the queue and answers. */
import "./styles/cctv.css";

const RENEW_MS = 1000;
let chosen = "";

/** The next picture is shown once it has come: what is there doesn't flicker. */
function renew(): void {
  if (document.hidden) return;
  for (const image of document.querySelectorAll<HTMLImageElement>("img[data-picture]")) {
    const next = new Image();
    next.onload = () => (image.src = next.src);
    next.src = `${image.dataset.picture}?at=${Date.now()}`;
  }
}

function mark(): void {
  for (const row of document.querySelectorAll<HTMLElement>("li[data-event]")) row.classList.toggle("is-current", row.dataset.event === chosen);
}

function walk(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("li[data-event]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.dataset.event === chosen);
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))]!;
  chosen = next.dataset.event!;
  mark();
  next.focus();
}

document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || /^(input|select|textarea)$/i.test(target.tagName)) return;
  const current = document.querySelector<HTMLElement>(chosen ? `[data-event="${CSS.escape(chosen)}"]` : ".cctv-judge");
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "c" || event.key === "f") current?.querySelector<HTMLButtonElement>(`[data-key="${event.key}"]`)?.click();
  else if (event.key === "Enter" && target === current) current.querySelector<HTMLAnchorElement>("a[href]")?.click();
  else if (/^[1-9]$/.test(event.key)) {
    const tile = document.querySelector<HTMLElement>(`[data-tile="${event.key}"]`);
    const isLarge = tile?.classList.contains("is-large");
    for (const other of document.querySelectorAll(".is-large")) other.classList.remove("is-large");
    if (tile && !isLarge) {
      tile.classList.add("is-large");
      tile.focus();
    }
  }
});
document.addEventListener("htmx:afterSwap", mark);
setInterval(renew, RENEW_MS);
