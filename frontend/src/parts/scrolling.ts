/** A wall that is longer than its screen shows itself part by part, since nobody scrolls it; whoever touches it is left alone. */
const TOP_MS = 20_000;
const PART_MS = 8_000;
const LEFT_ALONE_MS = 60_000;
const TICK_MS = 1000;
const LEAST_PX = 40;

/** The rows are `.wall-row`; `.wall-head` and `.wall-foot` stay. Returns what shows the top again, where the severest stands. */
export function showByParts(): () => void {
  let dueAt = Date.now() + TOP_MS;
  let isTouchedUntil = 0;
  const wide = matchMedia("(min-width: 900px)");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const move = (by: number) => {
    scrollBy({ top: by, behavior: calm.matches ? "instant" : "smooth" });
    dueAt = Date.now() + (scrollY + by <= 0 ? TOP_MS : PART_MS);
  };
  for (const touch of ["wheel", "keydown", "pointerdown"]) addEventListener(touch, () => { dueAt = isTouchedUntil = Date.now() + LEFT_ALONE_MS; }, { passive: true });
  setInterval(() => {
    const rows = [...document.querySelectorAll(".wall-row")].map((row) => row.getBoundingClientRect());
    const top = document.querySelector(".wall-head")?.getBoundingClientRect().bottom ?? 0;
    const bottom = document.querySelector(".wall-foot")?.getBoundingClientRect().top ?? innerHeight;
    const seen = rows.filter((row) => row.top >= top - 1 && row.bottom <= bottom + 1).length;
    const below = rows.findIndex((row) => row.bottom > bottom + 1);
    sayPart(wide.matches ? seen : rows.length, rows.length);
    if (!wide.matches || seen === rows.length || Date.now() < dueAt) return;
    if (below < 0) return move(-scrollY);
    const by = rows[below]!.top - top;
    move(by > LEAST_PX ? by : bottom - top);
  }, TICK_MS);
  return () => { if (Date.now() >= isTouchedUntil) move(-scrollY); };
}

function sayPart(seen: number, all: number): void {
  const element = document.querySelector<HTMLElement>(".wall-part");
  const total = document.querySelector<HTMLElement>("#wall")?.dataset.total ?? String(all);
  if (element) element.textContent = seen < all ? element.dataset.words!.replace("{n}", String(seen)).replace("{all}", total) : "";
}
