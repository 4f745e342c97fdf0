/** A ballot on a phone: ranks by tapping in order, and what is left of a budget. Both forms work without. */
import "./styles/poll.css";
import { say } from "./parts/look";

function rankByTapping(form: HTMLFormElement): void {
  const selects = [...form.querySelectorAll<HTMLSelectElement>("[data-rank]")];
  const buttons = selects.map((select) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "krds-btn tertiary";
    const name = form.querySelector(`label[for="${select.id}"]`)!.textContent.trim();
    button.addEventListener("click", () => {
      const rank = Number(select.value);
      if (rank) {
        for (const other of selects) if (Number(other.value) > rank) other.value = String(Number(other.value) - 1);
        select.value = "";
      } else {
        select.value = String(1 + selects.filter((other) => other.value).length);
      }
      draw();
    });
    select.hidden = true;
    select.after(button);
    return { button, name, select };
  });
  const draw = (): void => {
    for (const { button, name, select } of buttons) {
      const words = select.value ? say(`${select.value}위`, `${select.value}.`) : say("고르기", "Rank it");
      button.textContent = words;
      button.setAttribute("aria-label", `${name}: ${words}`);
      button.classList.toggle("tertiary", !select.value);
    }
  };
  draw();
}

function countWhatIsLeft(form: HTMLFormElement): void {
  const said = form.querySelector<HTMLElement>("[data-left]")!;
  const amounts = [...form.querySelectorAll<HTMLInputElement>("[data-amount]")];
  const draw = (): void => {
    const left = Number(form.dataset.total) - amounts.reduce((sum, input) => sum + Number(input.value || 0), 0);
    const words = left < 0 ? said.dataset.over! : said.dataset.words!;
    said.textContent = words.replace("NUMBER", Math.abs(left).toLocaleString());
    said.classList.toggle("over", left < 0);
  };
  form.addEventListener("input", draw);
  draw();
}

const form = document.querySelector<HTMLFormElement>("[data-ballot]");
if (form?.dataset.ballot === "ranking") rankByTapping(form);
if (form?.dataset.ballot === "budget") countWhatIsLeft(form);
