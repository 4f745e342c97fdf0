/** A button beside each example that copies it. */
import { say } from "./parts/look";

for (const block of document.querySelectorAll<HTMLElement>(".call")) {
  const code = block.querySelector("pre");
  if (!code || !navigator.clipboard) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "krds-btn text small";
  button.textContent = say("복사", "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent ?? "");
    button.textContent = say("복사했어요", "Copied");
    setTimeout(() => { button.textContent = say("복사", "Copy"); }, 2000);
  });
  block.append(button);
}
