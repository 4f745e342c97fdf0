/** Light, dark, high contrast; large text; easy Korean: kept in a cookie, so the server draws it at once. */
const YEAR_S = 365 * 86400;

export function keepDisplay(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-display]");
    if (!link) return;
    const [name, value] = link.dataset.display!.split("=") as [string, string];
    // Easy Korean changes the words, which the server writes: follow the link.
    if (name === "easy") return;
    event.preventDefault();
    document.documentElement.dataset[name] = value;
    remember();
    for (const other of link.parentElement!.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    document.dispatchEvent(new CustomEvent("madang:display"));
  });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", () => document.dispatchEvent(new CustomEvent("madang:display")));
}

function remember(): void {
  const { mode = "auto", text = "normal", easy = "off" } = document.documentElement.dataset;
  const value = `${mode}.${text}.${easy}`;
  localStorage.setItem("display", value);
  document.cookie = `display=${value};path=/;max-age=${YEAR_S};samesite=lax`;
}
