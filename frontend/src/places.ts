/** The city life map's own manners: near me, sharing and printing. */
import type { Map } from "maplibre-gl";
import "./styles/places.css";
import { say } from "./parts/look";

const maps: Map[] = [];

/** About 100 m: enough for what is near, too coarse to tell a house. */
function round(degrees: number): string {
  return degrees.toFixed(3);
}

function goNear(button: HTMLButtonElement): void {
  const said = document.querySelector("[data-near-said]");
  const tell = (words: string) => { if (said) said.textContent = words; };
  if (!navigator.geolocation) return tell(say("이 기기는 위치를 알려 주지 않아요. 동네 이름으로 찾아 보세요.", "This device doesn’t tell where it is. Try the name of your neighbourhood."));
  button.disabled = true;
  tell(say("위치를 묻고 있어요.", "Asking where you are."));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const address = new URL(location.href);
      for (const name of ["find", "label", "page", "q"]) address.searchParams.delete(name);
      address.searchParams.set("near", `${round(coords.longitude)},${round(coords.latitude)}`);
      location.assign(address);
    },
    () => {
      button.disabled = false;
      tell(say("위치를 알 수 없었어요. 동네 이름으로 찾아 보세요.", "Your position could not be found. Try the name of your neighbourhood."));
    },
    { maximumAge: 60_000, timeout: 10_000 },
  );
}

async function share(button: HTMLButtonElement): Promise<void> {
  const { title } = document;
  if (navigator.share) return navigator.share({ title, url: location.href }).catch(() => undefined);
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = button.dataset.done ?? "";
  } catch {
    window.prompt(say("이 주소를 복사해 주세요", "Copy this address"), location.href);
  }
}

/** A map's canvas is blank on paper: what it shows is kept as a picture first. */
function print(): void {
  const drawn = maps.map((map) => new Promise<void>((resolve) => {
    map.once("render", () => {
      const container = map.getContainer();
      container.parentElement?.querySelector(".map-printed")?.remove();
      const picture = document.createElement("img");
      picture.className = "map-printed";
      picture.alt = container.getAttribute("aria-label") ?? "";
      picture.onload = () => resolve();
      picture.src = map.getCanvas().toDataURL("image/png");
      container.after(picture);
    });
    map.triggerRepaint();
  }));
  void Promise.all(drawn).then(() => window.print());
}

document.addEventListener("madang:map", (event) => {
  maps.push((event as CustomEvent<Map>).detail);
});
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("button[data-near], button[data-share], button[data-print]");
  if (!button) return;
  if ("near" in button.dataset) goNear(button);
  else if ("share" in button.dataset) void share(button);
  else print();
});
