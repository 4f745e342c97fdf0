/** The booth: choices are read here, encrypted in a worker, and only the encrypted ballot leaves the device. */
import { say } from "./parts/look";
import type { Group, Order } from "./parts/ballot";

type Data = { uuid: string; election: string; groups: Record<string, Group> };

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

class Problem extends Error {}

function readCode(form: HTMLFormElement): string {
  const word = (form.elements.namedItem("code") as HTMLInputElement).value.replace(/[\s-]/g, "");
  const digits = [...word].map((letter) => ALPHABET.indexOf(letter));
  const sum = digits.slice(0, 14).reduce((total, digit) => (total * 58 + digit) % 53, 0);
  if (digits.length !== 15 || digits.includes(-1) || digits[14] !== 53 - sum) throw new Problem(say("투표 코드가 맞지 않아요. 적은 것을 다시 확인해 주세요.", "The voting code is not right. Please check what you typed."));
  return word.match(/.{3}/g)!.join("-");
}

function readChoices(form: HTMLFormElement): number[][] {
  return [...form.querySelectorAll<HTMLFieldSetElement>("[data-question]")].map((field) => {
    const boxes = [...field.querySelectorAll<HTMLInputElement>("input")];
    const chosen = boxes.map((box) => Number(box.checked));
    const count = boxes.filter((box) => box.checked && box.value !== "blank").length;
    const blank = boxes.some((box) => box.checked && box.value === "blank");
    const { min, max } = field.dataset;
    if (blank ? count > 0 : count < Number(min) || count > Number(max)) throw new Problem(`${field.querySelector("legend")!.textContent}: ${say(`${min}개에서 ${max}개를 골라 주세요.`, `choose ${min} to ${max}.`)}`);
    return chosen;
  });
}

function encrypt(order: Order): Promise<{ ballot: string; tracker: string }> {
  const worker = new Worker(new URL("./parts/ballot-worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = reject;
    worker.postMessage(order);
  });
}

async function cast(form: HTMLFormElement, data: Data): Promise<string> {
  const { uuid, election } = data;
  const group = data.groups[(JSON.parse(election) as { group: string }).group]!;
  const { ballot, tracker } = await encrypt({ uuid, election, group, code: readCode(form), choices: readChoices(form) });
  const answer = await fetch(`/api/voting/${uuid}/ballots`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ballot }) });
  const said = await answer.json();
  if (!answer.ok) throw new Problem(said.message);
  if (said.tracker !== tracker) throw new Problem(say("서버가 다른 확인 번호를 돌려주었어요. 게시판을 확인해 주세요.", "The server gave another tracking number. Please check the board."));
  return tracker;
}

const form = document.querySelector<HTMLFormElement>("[data-booth]");
const block = document.querySelector("#booth-data");
if (form && block) {
  const problem = form.querySelector<HTMLElement>("[data-problem]")!;
  const button = form.querySelector<HTMLButtonElement>("[data-cast]")!;
  const done = document.querySelector<HTMLElement>("[data-done]")!;
  const words = button.textContent;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    button.textContent = say("암호로 바꾸는 중…", "Encrypting…");
    try {
      const tracker = await cast(form, JSON.parse(block.textContent ?? "{}") as Data);
      done.querySelector("[data-tracker]")!.textContent = tracker;
      const link = done.querySelector<HTMLAnchorElement>("[data-board]")!;
      link.href += `?tracker=${encodeURIComponent(tracker)}`;
      form.hidden = true;
      done.hidden = false;
      done.focus();
    } catch (error) {
      problem.textContent = error instanceof Problem ? error.message : say("표를 내지 못했어요. 다시 해 주세요.", "The ballot could not be cast. Please try again.");
      problem.hidden = false;
    } finally {
      button.disabled = false;
      button.textContent = words;
    }
  });
}
