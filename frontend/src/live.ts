/** Live updates: one event stream a page; parts that follow a topic refresh themselves, and lateness shows. */
import { readyGlyphs, say } from "./parts/look";

const topics = new Set([...document.querySelectorAll<HTMLElement>("[data-live]")].map((element) => element.dataset.live!));

const AGAIN_MS = 5000;
const LOST = say("연결이 끊겨 다시 잇고 있습니다", "Connection lost; reconnecting");

function connect(): void {
  const address = new URL("/live", location.href);
  for (const topic of topics) address.searchParams.append("topic", topic);
  const source = new EventSource(address);
  source.addEventListener("open", () => show("open", say("실시간", "Live")));
  source.addEventListener("error", () => {
    show("lost", LOST);
    // After an answer that is no stream (a proxy's error) a browser gives up: a screen that nobody touches must not.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN_MS);
  });
  source.addEventListener("news", (event) => {
    const { topic, payload } = JSON.parse(event.data) as { topic: string; payload: unknown };
    for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) {
      if (element.dataset.live === topic) tell(element, payload);
    }
  });
  addEventListener("pagehide", () => source.close());
}

/** An element with hx-trigger="madang:live" fetches itself anew; one with data-live-field shows the value. */
function tell(element: HTMLElement, payload: unknown): void {
  const field = element.dataset.liveField;
  if (field && payload && typeof payload === "object") {
    const value = (payload as Record<string, unknown>)[field];
    if (value !== undefined) element.textContent = typeof value === "number" ? value.toLocaleString(document.documentElement.lang) : String(value);
  }
  element.dispatchEvent(new CustomEvent("madang:live", { detail: payload }));
}

function show(state: string, words: string): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-live-state]")) {
    element.dataset.state = state;
    element.textContent = words;
  }
}

if (topics.size) {
  readyGlyphs(LOST);
  connect();
}
