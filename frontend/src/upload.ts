/** Uploads: drop a file or choose one; progress is shown and can be stopped. The form works without this. */
import { say } from "./parts/look";

function open(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>("input[type=file]");
  const drop = form.querySelector<HTMLElement>("[data-drop]");
  if (!field || !drop) return;
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer?.files.length) return;
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  field.addEventListener("change", () => { if (field.files?.length && form.dataset.upload === "at-once") form.requestSubmit(); });
  form.addEventListener("submit", (event) => {
    const file = field.files?.[0];
    if (!file) return;
    event.preventDefault();
    send(form, file);
  });
}

function send(form: HTMLFormElement, file: File): void {
  const box = form.querySelector<HTMLElement>("[data-progress]")!;
  const bar = box.querySelector("progress")!;
  const words = box.querySelector("[data-words]")!;
  const stop = box.querySelector<HTMLButtonElement>("[data-stop]");
  const address = new URL(form.dataset.to ?? form.action, location.href);
  const raw = form.dataset.to !== undefined;
  if (raw) address.searchParams.set("file_name", file.name);
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.max = total;
    bar.value = loaded;
    words.textContent = loaded < total
      ? say(`${file.name} 보내는 중 · ${Math.floor((100 * loaded) / total)}%`, `Sending ${file.name} · ${Math.floor((100 * loaded) / total)}%`)
      : say("파일을 읽고 있습니다", "Reading the file");
    if (loaded >= total) bar.removeAttribute("value");
  });
  request.addEventListener("load", () => finish(request, box, words));
  request.addEventListener("error", () => fail(box, words, say("연결이 끊겼습니다. 파일은 저장되지 않았습니다. 다시 시도해 주세요.", "The connection was lost. Nothing was saved; please try again.")));
  if (stop) stop.onclick = () => { request.abort(); box.hidden = true; };
  box.hidden = false;
  box.classList.remove("krds-alert", "danger");
  words.textContent = say(`${file.name} 보내는 중`, `Sending ${file.name}`);
  const token = form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value;
  if (token) request.setRequestHeader("X-CSRFToken", token);
  if (raw) request.setRequestHeader("Content-Type", "application/octet-stream");
  request.send(raw ? file : new FormData(form));
}

function finish(request: XMLHttpRequest, box: HTMLElement, words: Element): void {
  let answer: { next?: string; message?: string; code?: string } = {};
  try { answer = JSON.parse(request.responseText); } catch { answer = {}; }
  if (request.status >= 400) return fail(box, words, answer.message ?? say(`받지 못했습니다 (${request.status}).`, `It wasn't taken (${request.status}).`));
  box.dispatchEvent(new CustomEvent("madang:uploaded", { bubbles: true, detail: answer }));
  if (answer.next?.startsWith("/")) location.href = answer.next;
  else if (request.responseURL) location.href = request.responseURL;
}

function fail(box: HTMLElement, words: Element, sentence: string): void {
  box.classList.add("krds-alert", "danger");
  words.textContent = sentence;
  const bar = box.querySelector("progress");
  if (bar) bar.value = 0;
}

document.querySelectorAll<HTMLFormElement>("form[data-upload]").forEach(open);
