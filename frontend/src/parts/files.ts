/** File fields speak the page's language: a label opens the browser's choice, and the chosen names stand beside it. */
import { say } from "./look";

export function nameFiles(): void {
  label();
  document.addEventListener("htmx:load", label);
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.type === "file") show(field);
  });
}

function label(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>("main input[type=file]:not(.file-choice > *)")) {
    if (!field.id || field.hidden) continue;
    const box = document.createElement("span");
    box.className = "file-choice";
    field.replaceWith(box);
    const button = document.createElement("label");
    button.className = "krds-btn tertiary";
    button.htmlFor = field.id;
    button.textContent = field.multiple ? say("파일들 고르기", "Choose files") : say("파일 고르기", "Choose a file");
    const names = document.createElement("span");
    names.className = "quiet small";
    names.setAttribute("aria-live", "polite");
    box.append(field, button, names);
    show(field);
  }
}

function show(field: HTMLInputElement): void {
  const names = field.parentElement?.querySelector(":scope > [aria-live]");
  if (names) names.textContent = [...(field.files ?? [])].map((file) => file.name).join(", ") || say("고른 파일이 없습니다", "No file chosen");
}
