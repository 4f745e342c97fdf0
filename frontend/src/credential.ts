/** A voting code is drawn in this page and never leaves it: the house gets what the election's board will show for it. */
import "./styles/poll.css";
import { derivePublic, type Group } from "./parts/ballot";
import { drawCode, readCode } from "./parts/codes";

const form = document.querySelector<HTMLFormElement>("[data-enrol]");
const block = document.querySelector("#enrol-data");
if (form && block) {
  const { uuid, ...group } = JSON.parse(block.textContent ?? "{}") as Group & { uuid: string };
  const code = drawCode();
  const typed = form.querySelector<HTMLInputElement>("#typed")!;
  const problem = form.querySelector<HTMLElement>("[data-problem]")!;
  form.querySelector("[data-code]")!.textContent = code;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = readCode(typed.value) === code;
    if (!problem.hidden) return typed.focus();
    form.querySelector("button")!.disabled = true;
    (form.elements.namedItem("credential") as HTMLInputElement).value = `${await derivePublic(code, uuid, group)}`;
    form.submit();
  });
}
