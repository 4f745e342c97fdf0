/** The booth: choices are encrypted in a worker; the voter casts the sealed ballot, or has it opened to check the device. */
import "./styles/poll.css";
import { say } from "./parts/look";
import { readCode } from "./parts/codes";
import type { Group, Order, Sealed } from "./parts/ballot";

type Data = { uuid: string; election: string; groups: Record<string, Group> };

const TOO_MANY = 429;
const TWICE = "voting.twice";

class Problem extends Error {}
/** The server won't ever take this ballot. */
class Refused extends Problem {}

function findCode(form: HTMLFormElement): string {
  const code = readCode((form.elements.namedItem("code") as HTMLInputElement).value);
  if (!code) throw new Problem(say("투표 코드가 맞지 않아요. 적은 것을 다시 확인해 주세요.", "The voting code is not right. Please check what you typed."));
  return code;
}

function readChoices(form: HTMLFormElement): number[][] {
  return [...form.querySelectorAll<HTMLFieldSetElement>("[data-question]")].map((field) => {
    const boxes = [...field.querySelectorAll<HTMLInputElement>("input")];
    const chosen = boxes.map((box) => Number(box.checked));
    const count = boxes.filter((box) => box.checked && box.value !== "blank").length;
    const blank = boxes.some((box) => box.checked && box.value === "blank");
    const { min, max } = field.dataset;
    const refuse = (ko: string, en: string): Problem => new Problem(`${field.querySelector("legend")!.textContent}: ${say(ko, en)}`);
    if (blank && count) throw refuse("기권은 다른 답과 함께 고를 수 없어요.", "a blank vote can't be cast together with an answer.");
    if (!blank && (count < Number(min) || count > Number(max))) throw min === max ? refuse(`${min}개를 골라 주세요.`, `choose ${min}.`) : refuse(`${min}개에서 ${max}개를 골라 주세요.`, `choose ${min} to ${max}.`);
    return chosen;
  });
}

/** What was chosen, in words, for the voter to look over before casting. */
function nameChoices(form: HTMLFormElement): HTMLElement[] {
  return [...form.querySelectorAll<HTMLFieldSetElement>("[data-question]")].flatMap((field) => {
    const chosen = [...field.querySelectorAll<HTMLInputElement>("input:checked")].map((box) => box.labels![0]!.textContent);
    const question = Object.assign(document.createElement("dt"), { textContent: field.querySelector("legend")!.textContent });
    return [question, Object.assign(document.createElement("dd"), { textContent: chosen.join(", ") || say("아무것도 고르지 않음", "none") })];
  });
}

function work<Result>(order: Order, sealed?: Sealed): Promise<Result> {
  const worker = new Worker(new URL("./parts/ballot-worker.ts", import.meta.url), { type: "module" });
  return new Promise<Result>((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = reject;
    worker.postMessage([order, sealed]);
  }).finally(() => worker.terminate());
}

async function cast(order: Order, sealed: Sealed): Promise<string> {
  const { ballot, tracker } = await work<{ ballot: string; tracker: string }>(order, sealed);
  // No cookie goes with it: the house must not learn who casts, signed in or not.
  const answer = await fetch(`/api/voting/${order.uuid}/ballots`, { method: "POST", credentials: "omit", headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang }, body: JSON.stringify({ ballot }) });
  const said = await answer.json();
  if (said.code === TWICE) return tracker; // it came the first time; only the answer was lost
  if (!answer.ok) throw answer.status < 500 && answer.status !== TOO_MANY ? new Refused(said.message) : new Problem(said.message);
  if (said.tracker !== tracker) throw new Problem(say("서버가 다른 확인 번호를 돌려주었어요. 게시판을 확인해 주세요.", "The server gave another tracking number. Please check the board."));
  return tracker;
}

const form = document.querySelector<HTMLFormElement>("[data-booth]");
const block = document.querySelector("#booth-data");
if (form && block) {
  const data = JSON.parse(block.textContent ?? "{}") as Data;
  const group = data.groups[(JSON.parse(data.election) as { group: string }).group]!;
  const steps: Record<string, HTMLElement> = Object.fromEntries([...document.querySelectorAll<HTMLElement>("[data-step]")].map((one) => [one.dataset.step, one]));
  const problem = document.querySelector<HTMLElement>("[data-problem]")!;
  const part = <Kind extends HTMLElement>(name: string): Kind => document.querySelector<Kind>(`[data-${name}]`)!;
  let order: Order;
  let sealed: Sealed | null;

  const show = (step: string): void => {
    for (const [name, one] of Object.entries(steps)) one.hidden = name !== step;
    steps[step]!.focus();
  };
  const attempt = async (button: HTMLButtonElement, words: string, act: () => Promise<void>): Promise<void> => {
    const before = button.textContent;
    problem.hidden = true;
    button.disabled = true;
    button.textContent = words;
    try {
      await act();
    } catch (error) {
      part("problem-words").textContent = error instanceof Problem ? error.message : say("표를 내지 못했어요. 다시 해 주세요.", "The ballot could not be cast. Please try again.");
      part("refused").hidden = !(error instanceof Refused);
      if (error instanceof Refused) part("again").hidden = false;
      problem.hidden = false;
      problem.focus();
    } finally {
      button.disabled = false;
      button.textContent = before;
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void attempt(part("seal"), say("암호로 바꾸는 중…", "Encrypting…"), async () => {
      order = { uuid: data.uuid, election: data.election, group, code: findCode(form), choices: readChoices(form) };
      sealed = await work<Sealed>(order);
      for (const one of document.querySelectorAll("[data-sealed]")) one.textContent = sealed.seal;
      part("chosen").replaceChildren(...nameChoices(form));
      for (const one of ["challenge", "again"]) part(one).hidden = false;
      show("sealed");
    });
  });
  part("cast").addEventListener("click", () => {
    const casting = sealed;
    if (!casting) return;
    // From here on nothing opens it: what the server has may be on the board, even where its answer is lost.
    casting.opening = "";
    for (const one of ["challenge", "again"]) part(one).hidden = true;
    void attempt(part("cast"), say("내는 중…", "Casting…"), async () => {
      const tracker = await cast(order, casting);
      part("tracker").textContent = tracker;
      part<HTMLAnchorElement>("board").href += `?tracker=${encodeURIComponent(tracker)}`;
      show("done");
    });
  });
  part("challenge").addEventListener("click", () => {
    if (!sealed?.opening) return;
    part<HTMLAnchorElement>("opening").href = `data:application/json;charset=utf-8,${encodeURIComponent(sealed.opening)}`;
    sealed = null;
    show("opened");
  });
  for (const one of document.querySelectorAll("[data-again]")) one.addEventListener("click", () => { problem.hidden = true; show("choose"); });
}
