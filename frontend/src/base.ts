/** What every page has: the look, quiet page updates, keyboard, display modes. Pages work without it. */
import "./styles/index.css";
import htmx from "htmx.org";
import { keepDisplay } from "./parts/display";
import { listenToKeys } from "./parts/keys";
import { keepTimesFresh } from "./parts/times";
import { guardForms } from "./parts/forms";
import { keepDrafts } from "./parts/drafts";
import { keepEntries } from "./parts/entries";
import { nameFiles } from "./parts/files";
import { guardUpdates } from "./parts/updates";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  if (token) (event as CustomEvent).detail.headers["X-CSRFToken"] = token;
});

keepDisplay();
listenToKeys();
keepTimesFresh();
guardForms();
keepEntries();
keepDrafts();
nameFiles();
guardUpdates();
