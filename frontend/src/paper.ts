/** A printed certificate's QR code leads here with the certificate behind the #, which only this page sees. */
const form = document.querySelector<HTMLFormElement>("[data-paper]");

function open(): void {
  if (!form || location.hash.length < 2) return;
  form.querySelector<HTMLTextAreaElement>("[name=code]")!.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname); // nothing of it stays in the browser's history
  form.requestSubmit();
}

addEventListener("hashchange", open);
open();
form?.querySelector<HTMLInputElement>("[name=photo]")?.addEventListener("change", () => form.requestSubmit());
