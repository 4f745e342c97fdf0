/** Picking a place: a click on the map, or a name that is looked up, fills the fields `lon` and `lat`; or corner by corner the field `shape`. */
import { Marker } from "maplibre-gl";
import type { Map } from "maplibre-gl";
import "./styles/places.css";
import { language, say } from "./parts/look";
import { type Corner, readCorners, showOutline, writeCorners } from "./parts/outline";

type Hit = { name_ko: string; name_en: string; parent: string; address: string; lon: number; lat: number; is_area: boolean };
const FOUND = 8;
const NEAR_ZOOM = { area: 14, place: 16 };

function tell(words: string): void {
  const said = document.querySelector("[data-pick-said]");
  if (said) said.textContent = words;
}

function field(name: string): HTMLInputElement | null {
  return document.querySelector(`input[name="${name}"]`);
}

/** The finder works without a map, too: a browser may have no WebGL. */
let map: Map | undefined;
let marker: Marker | undefined;

function show(): boolean {
  const [lon, lat] = [field("lon"), field("lat")];
  if (!map || !lon?.value || !lat?.value) return false;
  (marker ??= new Marker()).setLngLat([+lon.value, +lat.value]).addTo(map);
  return true;
}

function set(lon: number, lat: number): void {
  field("lon")!.value = lon.toFixed(6);
  field("lat")!.value = lat.toFixed(6);
  show();
}

function listen(shown: Map): void {
  map = shown;
  map.on("click", ({ lngLat }) => {
    set(lngLat.lng, lngLat.lat);
    tell(say("자리를 골랐어요. 아래를 마저 적어 주세요.", "The place is set. Please fill in the rest below."));
  });
  if (show()) map.jumpTo({ center: marker!.getLngLat(), zoom: NEAR_ZOOM.place });
}

function choose(hit: Hit): void {
  set(hit.lon, hit.lat);
  map?.jumpTo({ center: [hit.lon, hit.lat], zoom: hit.is_area ? NEAR_ZOOM.area : NEAR_ZOOM.place });
  tell(hit.is_area
    ? say(`${hit.name_ko}의 한가운데로 정했어요. 더 정확한 자리는 지도에서 눌러 주세요.`, `Set to the middle of ${name(hit)}. Click the map where you know it better.`)
    : say(`${hit.name_ko}: 자리를 골랐어요.`, `${name(hit)}: the place is set.`));
}

function name(hit: Hit): string {
  return (language() === "en" && hit.name_en) || hit.name_ko;
}

/** The finder stands above the form and isn't sent with it. */
function listenToFinder(finder: HTMLElement): void {
  const words = finder.querySelector("input")!;
  const rows = finder.querySelector("ul")!;
  const ask = async () => {
    if (!words.value.trim()) return;
    const reply = await fetch(`/api/places/search?${new URLSearchParams({ q: words.value.slice(0, 100), limit: String(FOUND) })}`).catch(() => null);
    if (!reply?.ok) return tell(say("찾지 못했어요. 잠시 뒤에 다시 해 보거나 지도에서 눌러 주세요.", "The search didn’t answer. Try again in a moment, or click the map."));
    const hits = (await reply.json()) as Hit[];
    tell(hits.length ? "" : say("그런 주소나 장소를 찾지 못했어요. 지도에서 눌러 주세요.", "No such address or place was found. Click the map instead."));
    rows.replaceChildren(...hits.map((hit) => {
      const row = document.createElement("li");
      const button = document.createElement("button");
      const aside = document.createElement("span");
      button.type = "button";
      button.className = "krds-btn small text";
      button.textContent = name(hit);
      button.addEventListener("click", () => choose(hit));
      aside.className = "aside";
      aside.textContent = [hit.parent, hit.address].filter(Boolean).join(" ");
      row.append(button, aside);
      return row;
    }));
  };
  finder.querySelector("button")!.addEventListener("click", () => void ask());
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    void ask();
  });
}

/** Lines and areas are drawn into a text field, which can be written by hand as well. */
function listenToDrawing(shown: Map, text: HTMLTextAreaElement): void {
  const isArea = text.dataset.outline === "area";
  const show = () => showOutline(shown, text.value, isArea);
  const write = (corners: Corner[]) => {
    text.value = writeCorners(corners);
    show();
    tell(say(`점 ${corners.length}개`, `${corners.length} corners`));
  };
  const change = (turn: (corners: Corner[]) => Corner[]) => {
    const corners = readCorners(text.value);
    if (corners) write(turn(corners));
    else tell(say("GeoJSON이 적혀 있어요. 지도에서 그리려면 먼저 ‘다시 그리기’를 눌러 주세요.", "GeoJSON is written below. To draw on the map, press “Draw anew” first."));
  };
  shown.on("click", ({ lngLat }) => change((corners) => [...corners, [lngLat.lng, lngLat.lat]]));
  for (const tools of document.querySelectorAll<HTMLElement>("[data-draw-tools]")) {
    tools.hidden = false;
    tools.addEventListener("click", (event) => {
      const action = (event.target as Element).closest<HTMLElement>("[data-draw]")?.dataset.draw;
      if (action === "back") change((corners) => corners.slice(0, -1));
      else if (action === "anew") write([]);
    });
  }
  text.addEventListener("input", show);
  show();
}

document.addEventListener("madang:map", (event) => {
  if (!(event.target as Element).closest("[data-pick]")) return;
  const shown = (event as CustomEvent<Map>).detail;
  const text = document.querySelector<HTMLTextAreaElement>("textarea[data-outline]");
  if (text) listenToDrawing(shown, text);
  else if (field("lon") && field("lat")) listen(shown);
});
for (const name of ["lon", "lat"]) field(name)?.addEventListener("change", show);
for (const finder of document.querySelectorAll<HTMLElement>("[data-find-place]")) listenToFinder(finder);
