/** The mayor's dashboard: one screen that keeps its last picture when the house can't be reached. */
import "./styles/dashboard.css";
import { watchPicture } from "./parts/picture";

/** What doesn't fit on the wall steps back, the least important first; on a phone all of it is there. */
function fit(): void {
  for (const column of document.querySelectorAll<HTMLElement>(".tiles")) {
    const spare = [...column.querySelectorAll<HTMLElement>("[data-spare]")].reverse();
    spare.sort((one, other) => Number(other.dataset.spare) - Number(one.dataset.spare));
    for (const one of spare) one.hidden = false;
    for (const one of spare) {
      if (column.scrollHeight <= column.clientHeight) break;
      one.hidden = true;
    }
  }
  for (const more of document.querySelectorAll<HTMLElement>("[data-more]")) {
    const left = Number(more.dataset.more) + document.querySelectorAll(".slips li[hidden]").length;
    more.textContent = more.dataset.words!.replace("{n}", left.toLocaleString());
    more.hidden = left === 0;
  }
}

watchPicture("state", { drawn: fit });
addEventListener("resize", fit);
void document.fonts.ready.then(fit);
