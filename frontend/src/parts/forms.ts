/** Filters apply at once, many rows are chosen together, destructive work asks for the name first. */
export function guardForms(): void {
  // Who sent a form that wasn't taken starts at the list of what to correct.
  document.querySelector<HTMLElement>("main [role=alert][tabindex]")?.focus();
  for (const one of document.querySelectorAll<HTMLElement>("[data-until]")) setTimeout(() => one.remove(), Number(one.dataset.until));
  hideBars();
  document.addEventListener("htmx:load", hideBars);
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.matches("[data-apply]")) field.form?.requestSubmit();
    if (field.matches("[data-choose-all]")) chooseAll(field);
    if (field.matches("[data-choose], [data-choose-all]")) showChosen(field);
  });
  document.addEventListener("input", (event) => {
    const field = event.target as HTMLInputElement;
    const wanted = field.dataset.mustEqual;
    if (wanted === undefined) return;
    const button = field.form?.querySelector<HTMLButtonElement>("[data-destructive]");
    if (button) button.disabled = field.value.trim() !== wanted;
  });
  for (const field of document.querySelectorAll<HTMLInputElement>("[data-must-equal]")) field.dispatchEvent(new Event("input", { bubbles: true }));
  // A blank filter has no place in an address that is shared.
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.matches("[data-short-address]")) {
      for (const field of form.querySelectorAll<HTMLInputElement>("input[name], select[name]")) if (!field.value) field.disabled = true;
      setTimeout(() => { for (const field of form.querySelectorAll<HTMLInputElement>(":disabled")) field.disabled = false; });
    }
  });
}

function hideBars(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>("[data-choose-all]")) showChosen(field);
}

function chooseAll(field: HTMLInputElement): void {
  for (const one of field.closest("form")?.querySelectorAll<HTMLInputElement>("[data-choose]") ?? []) one.checked = field.checked;
}

function showChosen(field: HTMLInputElement): void {
  const form = field.closest("form");
  const count = form?.querySelectorAll("[data-choose]:checked").length ?? 0;
  const bar = form?.querySelector<HTMLElement>("[data-chosen-bar]");
  const number = bar?.querySelector("[data-chosen-count]");
  if (number) number.textContent = String(count);
  if (bar) bar.hidden = count === 0;
}
