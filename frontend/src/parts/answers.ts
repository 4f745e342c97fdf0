/** What a person answers to an alarm must not be lost where the network is away: it is kept, said to be unsent, and sent again. */
import { readyGlyphs, say } from "./look";

const AGAIN_MS = 2000;
const PATIENCE_MS = 8000;
const UNSENT = say("아직 보내지 못했습니다: “{what}”. 연결되면 저절로 보냅니다. 이 화면을 닫지 마십시오.", "Not sent yet: “{what}”. It is sent as soon as there is a connection. Keep this page open.");
const CALL = say("불이면 119에 전화하기", "If it is a fire, call 119");

/** Send a form's answer as soon as the house can be reached; the next page says what became of it. */
async function send(form: HTMLFormElement, pressed: HTMLButtonElement): Promise<void> {
  const body = new FormData(form, pressed);
  const unsent = tellUnsent(pressed.textContent ?? "");
  addEventListener("beforeunload", hold);
  try {
    for (;;) {
      const answer = await post(form.action, body);
      if (answer && answer.status < 500) return go(answer, form, pressed);
      unsent.hidden = false;
      await wait();
    }
  } finally {
    removeEventListener("beforeunload", hold);
  }
}

function post(address: string, body: FormData): Promise<Response | null> {
  const headers = { Accept: "application/json" };
  return fetch(address, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
}

/** Anything but the house's own answer (a login page, a refusal) is shown as the browser shows it. */
async function go(answer: Response, form: HTMLFormElement, pressed: HTMLButtonElement): Promise<void> {
  removeEventListener("beforeunload", hold);
  const told = answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json") ? ((await answer.json()) as { href: string }) : null;
  if (told) return location.assign(told.href);
  form.dataset.answer = "plain";
  if (!form.isConnected) document.body.append(form);
  form.requestSubmit(pressed);
}

function wait(): Promise<void> {
  return new Promise((resolve) => {
    const go = () => { clearTimeout(timer); removeEventListener("online", go); resolve(); };
    const timer = setTimeout(go, AGAIN_MS);
    addEventListener("online", go);
  });
}

function hold(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

function tellUnsent(what: string): HTMLElement {
  const box = document.createElement("div");
  box.className = "fire-unsent";
  box.setAttribute("role", "alert");
  box.hidden = true;
  const words = document.createElement("p");
  words.textContent = UNSENT.replace("{what}", what);
  const call = document.createElement("a");
  call.href = "tel:119";
  call.className = "krds-btn danger solid";
  call.textContent = CALL;
  box.append(words, call);
  document.body.append(box);
  return box;
}

/** Take over every form marked `data-answer`, also those that come later. */
export function keepAnswers(): void {
  let isSending = false;
  readyGlyphs(UNSENT, CALL);
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const pressed = event.submitter;
    if (form.dataset.answer !== "" || !(pressed instanceof HTMLButtonElement)) return;
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    void send(form, pressed).finally(() => { isSending = false; });
  });
}
