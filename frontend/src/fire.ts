/** Fire alarms: how long until 119, counted down where the server says when; detectors hung by a click on the plan. */
import "./styles/fire.css";
import { keepAnswers } from "./parts/answers";
import { watchPicture } from "./parts/picture";

/** Seconds are counted by the house's clock: `data-at` says what it was when a part was drawn, and screens' own clocks may be wrong. */
function readClock(element: HTMLElement): number {
  const part = element.closest<HTMLElement>("[data-at]");
  if (!part) return Date.now();
  part.dataset.ahead ??= String(Date.parse(part.dataset.at!) - Date.now());
  return Date.now() + Number(part.dataset.ahead);
}

function count(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-due]")) {
    const left = Math.ceil((Date.parse(element.dataset.due!) - readClock(element)) / 1000);
    element.textContent = left > 0 ? element.dataset.words!.replace("{n}", String(left)) : element.dataset.over!;
  }
}

/** The click becomes metres of the plan; the form says which detector. */
function hang(form: HTMLFormElement, plan: SVGSVGElement): void {
  plan.addEventListener("click", (event) => {
    const matrix = plan.getScreenCTM();
    if (!matrix) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    (form.elements.namedItem("x") as HTMLInputElement).value = Math.max(0, x).toFixed(2);
    (form.elements.namedItem("y") as HTMLInputElement).value = Math.max(0, y).toFixed(2);
    form.requestSubmit();
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-place]")) {
  const plan = form.querySelector<SVGSVGElement>(".plan svg");
  if (plan) hang(form, plan);
}
keepAnswers(readClock);
if (document.getElementById("alarm-head")) watchPicture("alarm-head");
count();
setInterval(count, 500);
document.addEventListener("htmx:afterSwap", count);
