/**
 * What a person answers to an alarm must not be lost where the network is away: it is kept on this device with the moment
 * of the tap, said to be unsent, and sent as soon as there is a connection or the next page of the net is opened.
 */
import { readyGlyphs, say } from "./look";

const KEPT = "madang-fire-answers";
const AGAIN_MS = 2000;
const PATIENCE_MS = 8000;
/** After so long nobody sends an answer unasked: much may have happened. */
const OLD_MS = 10 * 60_000;
const FORGOTTEN_MS = 24 * 3_600_000;
const UNSENT = say("아직 보내지 못했습니다: “{what}” ({at}에 누름). 연결되면 저절로 보내고, 화면을 닫았으면 다시 열 때 보냅니다.", "Not sent yet: “{what}”, tapped at {at}. It is sent as soon as there is a connection, or when this page is opened again.");
const SENDING = say("보내는 중: “{what}” ({at}에 누름).", "Being sent: “{what}”, tapped at {at}.");
const OLD = say("보내지 못한 답이 있습니다: “{what}” ({at}에 누름). 오래되어 저절로 보내지 않습니다.", "This answer was never sent: “{what}”, tapped at {at}. It is too old to be sent unasked.");
const TAKEN = say("보냈습니다: “{what}” ({at}에 누름).", "Sent: “{what}”, tapped at {at}.");
const REFUSED = say("이 답은 보낼 수 없습니다: “{what}” ({at}에 누름).", "This answer can't be sent: “{what}”, tapped at {at}.");
const SEE = say("그 경보 보기", "See that alarm");
const SEND = say("지금 보내기", "Send it now");
const DROP = say("지우기", "Discard it");
const CALL = say("불이면 119에 전화하기", "If it is a fire, call 119");

type Answer = {
  /** Who tapped: nobody sends another one's answer. */
  who: string;
  /** The answer's address, below its page (an alarm's, a facility's). */
  action: string;
  fields: [string, string][];
  what: string;
  /** When, by the house's clock (ISO 8601). */
  at: string;
};

function read(): Answer[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? (kept as Answer[]).filter((one) => one.at && Array.isArray(one.fields)) : [];
  } catch {
    return [];
  }
}

function write(answers: Answer[]): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(answers));
  } catch {
    // A browser that keeps nothing: the answer lives as long as its page.
  }
}

function keep(answer: Answer): void {
  write([...read().filter((one) => one.at !== answer.at), answer]);
}

function drop(answer: Answer): void {
  write(read().filter((one) => one.at !== answer.at));
}

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

function fill(words: string, answer: Answer): string {
  return words.replace("{what}", answer.what).replace("{at}", new Date(answer.at).toLocaleTimeString(document.documentElement.lang));
}

/** Send an answer as soon as the house can be reached, and return what it said. */
async function deliver(answer: Answer, tell: (words: string) => void): Promise<Response> {
  for (;;) {
    const found = await post(answer);
    if (found && found.status < 500) return found;
    tell(UNSENT);
    await wait();
  }
}

function post(answer: Answer): Promise<Response | null> {
  const body = new FormData();
  for (const [name, value] of [...answer.fields, ["tapped_at", answer.at], ["csrfmiddlewaretoken", meta("csrf-token")]]) body.append(name!, value!);
  const headers = { Accept: "application/json" };
  return fetch(answer.action, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
}

/** Return where the house's answer leads; null for anything else (a login page, a refusal). */
async function readHref(answer: Response): Promise<string | null> {
  const isOurs = answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json");
  return isOurs ? ((await answer.json()) as { href: string }).href : null;
}

/** Send what was tapped just now; the next page says what became of it. Who was signed out meanwhile sends it on coming back. */
async function send(answer: Answer): Promise<void> {
  keep(answer);
  const box = openBox(answer);
  addEventListener("beforeunload", hold);
  try {
    const found = await deliver(answer, (words) => box.tell(words));
    removeEventListener("beforeunload", hold);
    const href = await readHref(found);
    if (href) drop(answer);
    location.assign(href ?? pageOf(answer));
  } finally {
    removeEventListener("beforeunload", hold);
  }
}

/** Send what was tapped on a page that is gone; what is old only if the person wants it still. */
async function resume(answer: Answer, age: number): Promise<void> {
  const box = openBox(answer);
  if (age > OLD_MS && !(await box.ask())) return drop(answer);
  box.tell(SENDING);
  const found = await deliver(answer, (words) => box.tell(words));
  if (isSignIn(found)) {
    box.tell(UNSENT);
    return box.lead(pageOf(answer));
  }
  const href = await readHref(found);
  drop(answer);
  if (href && location.pathname === pageOf(answer)) return location.assign(href);
  box.tell(href ? TAKEN : REFUSED);
  box.lead(href ?? pageOf(answer));
}

function pageOf(answer: Answer): string {
  return new URL("..", new URL(answer.action, location.href)).pathname;
}

function isSignIn(answer: Response): boolean {
  return answer.redirected && new URL(answer.url).pathname.startsWith("/accounts/");
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

/** A box at the lower edge that is hidden until it has something to tell; several of them stand above each other. */
function openBox(answer: Answer): { tell: (words: string) => void; ask: () => Promise<boolean>; lead: (href: string) => void } {
  const shelf = document.querySelector(".fire-unsent-all") ?? document.body.appendChild(Object.assign(document.createElement("div"), { className: "fire-unsent-all" }));
  const box = document.createElement("div");
  box.className = "fire-unsent";
  box.setAttribute("role", "alert");
  box.hidden = true;
  const words = document.createElement("p");
  const call = link("tel:119", "danger solid", CALL);
  box.append(words, call);
  shelf.append(box);
  const tell = (text: string) => { words.textContent = fill(text, answer); box.hidden = false; };
  return {
    tell,
    ask: () => new Promise((resolve) => {
      tell(OLD);
      const choices = [[SEND, "secondary", true], [DROP, "tertiary", false]] as const;
      const buttons = choices.map(([text, look, isWanted]) => {
        const button = document.createElement("button");
        button.className = `krds-btn ${look}`;
        button.textContent = text;
        button.addEventListener("click", () => { for (const one of buttons) one.remove(); box.hidden = !isWanted; resolve(isWanted); });
        return button;
      });
      box.append(...buttons);
    }),
    lead: (href) => { call.replaceWith(link(href, "secondary", SEE)); },
  };
}

function link(href: string, look: string, text: string): HTMLAnchorElement {
  return Object.assign(document.createElement("a"), { href, className: `krds-btn ${look}`, textContent: text });
}

/** Take over every form marked `data-answer`, also those that come later, and what earlier pages left unsent. `clock` is the house's (ms). */
export function keepAnswers(clock: (part: HTMLElement) => number): void {
  let isSending = false;
  readyGlyphs(UNSENT, SENDING, CALL, "0123456789:");
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const pressed = event.submitter;
    if (form.dataset.answer !== "" || !(pressed instanceof HTMLButtonElement)) return;
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    const part = document.querySelector<HTMLElement>("[data-at]") ?? form;
    const fields = [...new FormData(form, pressed)].filter(([name]) => name !== "csrfmiddlewaretoken") as [string, string][];
    const answer: Answer = { who: meta("actor"), action: new URL(form.getAttribute("action")!, location.href).pathname, fields, what: pressed.textContent ?? "", at: new Date(clock(part)).toISOString() };
    void send(answer).finally(() => { isSending = false; });
  });
  const part = document.querySelector<HTMLElement>("[data-at]");
  if (!part) return;
  const now = clock(part);
  write(read().filter((one) => now - Date.parse(one.at) < FORGOTTEN_MS));
  for (const one of read()) if (one.who === meta("actor")) void resume(one, now - Date.parse(one.at));
}
