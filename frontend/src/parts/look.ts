/** Colours of the page as scripts need them: read from the style sheet, never written twice. */
export function colour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  probe.hidden = true;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

export function readJson<T>(element: Element): T | null {
  const script = element.querySelector('script[type="application/json"]');
  return script?.textContent ? (JSON.parse(script.textContent) as T) : null;
}

export function language(): "ko" | "en" {
  return document.documentElement.lang === "en" ? "en" : "ko";
}

export function say(ko: string, en: string): string {
  return language() === "en" ? en : ko;
}

/** The two languages of a field that has one place for both, written "한국어 · English"; anything else is said as it stands. */
export function splitPair(words: string): [string, string] {
  const at = words.indexOf(" · ");
  const [ko, en] = [words.slice(0, at), words.slice(at + 3)];
  const hangul = /[가-힣]/;
  return at > 0 && en && hangul.test(ko) && !hangul.test(en) ? [ko, en] : [words, words];
}

/** Fetch the glyphs of words that stand there once the network is away: fonts come in parts, as they are needed. */
export function readyGlyphs(...words: (string | undefined)[]): void {
  void document.fonts.load(`1rem ${getComputedStyle(document.body).fontFamily}`, words.join("")).catch(() => null);
}
