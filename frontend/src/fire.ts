/** Fire alarms: how long until 119, counted down where the server says when. */
import "./styles/fire.css";

function count(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-due]")) {
    const left = Math.ceil((Date.parse(element.dataset.due!) - Date.now()) / 1000);
    element.textContent = left > 0 ? element.dataset.words!.replace("{n}", String(left)) : element.dataset.over!;
  }
}

count();
setInterval(count, 500);
document.addEventListener("htmx:afterSwap", count);
