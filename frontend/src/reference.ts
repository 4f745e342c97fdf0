/** The API console: sends a request as the reader and shows the answer as it came. */
import { say } from "./parts/look";

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-try]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const output = form.querySelector<HTMLElement>("[data-answer]")!;
    let path = form.dataset.path!;
    const query = new URLSearchParams();
    for (const field of form.querySelectorAll<HTMLInputElement>("[data-in]")) {
      if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
      else if (field.value) query.append(field.name, field.value);
    }
    const body = form.querySelector<HTMLTextAreaElement>("[data-body]")?.value;
    const address = query.size ? `${path}?${query}` : path;
    output.hidden = false;
    output.textContent = say("보내는 중…", "Sending…");
    const began = performance.now();
    try {
      const answer = await fetch(address, { method: form.dataset.method, body, headers: body ? { "Content-Type": "application/json" } : {} });
      const text = (await answer.text()).slice(0, 20_000);
      output.textContent = `${answer.status} ${answer.statusText} · ${Math.round(performance.now() - began)} ms · ${address}\n\n${pretty(text)}`;
    } catch (error) {
      output.textContent = String(error);
    }
  });
}

function pretty(text: string): string {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}
