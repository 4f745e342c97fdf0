/** A screen that nobody touches keeps its last picture, and says how old it is. */
const LATE_S = 45;

/** Watch the part `id`, which fetches itself anew; `drawn` runs after each new picture. */
export function watchPicture(id: string, drawn: () => void = () => undefined): void {
  let drawnAt = performance.now();
  const isMine = (event: Event) => (event as CustomEvent<{ target: HTMLElement }>).detail.target?.id === id;
  // A login page or an error in place of the board must not take the last picture away.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = (event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>).detail;
    if (isMine(event) && !detail.xhr.responseText.includes(`id="${id}"`)) detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!isMine(event)) return;
    drawnAt = performance.now();
    drawn();
  });
  setInterval(() => {
    const element = document.querySelector<HTMLElement>(".wall-late");
    if (!element) return;
    const age = Math.round((performance.now() - drawnAt) / 1000);
    const isLate = age > LATE_S;
    const words = (isLate ? element.dataset.late : element.dataset.fresh) ?? "";
    element.textContent = words.replace("{n}", String(age));
    element.classList.toggle("late", isLate);
  }, 1000);
}
