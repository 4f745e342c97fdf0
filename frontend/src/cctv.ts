/** Cameras: pictures renew themselves, and the keyboard chooses a stream, walks the queue and answers. */
import "./styles/cctv.css";

const RENEW_MS = 1000;
let chosen = "";
let large = "";
/** What has the focus while the page is renewed around it. */
let held = "";

/** The next picture is shown once it has come: what is there doesn't flicker. */
function renew(): void {
  if (document.hidden) return;
  for (const image of document.querySelectorAll<HTMLImageElement>("img[data-picture]")) {
    const next = new Image();
    next.onload = () => (image.src = next.src);
    next.src = `${image.dataset.picture}?at=${Date.now()}`;
  }
}

function named(name: string, value: string): string {
  return `[data-${name}="${CSS.escape(value)}"]`;
}

function mark(): void {
  for (const row of document.querySelectorAll<HTMLElement>("li[data-event]")) row.classList.toggle("is-current", row.dataset.event === chosen);
  for (const tile of document.querySelectorAll<HTMLElement>("[data-tile]")) tile.classList.toggle("is-large", tile.dataset.camera === large);
}

function hold(): void {
  const active = document.activeElement as HTMLElement | null;
  const { event, camera } = active?.closest<HTMLElement>("li[data-event], [data-tile]")?.dataset ?? {};
  const place = event ? named("event", event) : camera ? named("camera", camera) : "";
  held = place && active?.dataset.key ? `${place} ${named("key", active.dataset.key)}` : place;
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
  const current = document.querySelector<HTMLElement>(chosen ? named("event", chosen) : ".cctv-judge");
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "c" || event.key === "f") current?.querySelector<HTMLButtonElement>(`[data-key="${event.key}"]`)?.click();
  else if (event.key === "u") document.querySelector<HTMLAnchorElement>("a[data-undo]")?.click();
  else if (event.key === "Enter" && (target === current || target.matches("[data-tile]"))) target.querySelector<HTMLAnchorElement>("a[href]")?.click();
  else if (/^[1-9]$/.test(event.key)) {
    const tile = document.querySelector<HTMLElement>(named("tile", event.key));
    if (!tile) return;
    large = tile.dataset.camera === large ? "" : tile.dataset.camera!;
    mark();
    if (large) tile.focus();
  }
});
document.addEventListener("htmx:beforeSwap", hold);
document.addEventListener("htmx:afterSwap", () => {
  mark();
  if (held) document.querySelector<HTMLElement>(held)?.focus({ preventScroll: true });
});
setInterval(renew, RENEW_MS);
