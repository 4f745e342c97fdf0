/** Maps: a quiet base from the house's own tiles, strong data, and a list that moves with it. */
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { AttributionControl, LngLatBounds, Map, NavigationControl, Popup, setWorkerUrl } from "maplibre-gl";
import type { ExpressionSpecification, GeoJSONSource, LayerSpecification, MapGeoJSONFeature, StyleSpecification } from "maplibre-gl";
import type { FeatureCollection } from "geojson";
import { colour, language, readJson, say, splitPair } from "./parts/look";

setWorkerUrl(workerUrl);

type Layer = {
  id: string;
  shape: "points" | "areas" | "lines" | "any";
  data?: FeatureCollection | string;
  tiles?: string;
  source_layer?: string;
  colour_by?: string;
  classes?: { value: string; colour: string }[];
  joined?: Record<string, { class: string; label?: string; title?: string; [name: string]: unknown }>;
  href?: string;
  scale?: number;
  is_named?: boolean;
  taken?: string;
};
type Config = {
  layers: Layer[];
  bounds?: Extent;
  list?: string;
  base?: "labels" | "plain";
  interactive?: boolean;
  titles?: Record<string, string>;
  words?: Record<string, string>;
  href?: string;
};

/** West, south, east, north in degrees. */
type Extent = [number, number, number, number];

const COUNTRY: Extent = [125.5, 33.8, 130, 38.7];
const REFRESH_MS = 15_000;
const NEWS_MS = 500;
const REACH = 6;
const FONT = "'Madang Sans', 'Pretendard Variable', sans-serif";
const KINDS = { areas: ["Polygon", "MultiPolygon"], lines: ["LineString", "MultiLineString", "Polygon", "MultiPolygon"], points: ["Point", "MultiPoint"] };

function absolute(address: string): string {
  return address.startsWith("/") ? location.origin + address : address;
}

/** Labels and points are as big as the text around the map: a wall is read from afar. */
function sizeOf(element: HTMLElement): number {
  return parseFloat(getComputedStyle(element).fontSize) / 16;
}

function baseStyle(config: Config, size: number): StyleSpecification {
  const name: ExpressionSpecification = ["coalesce", ["get", `name_${language()}`], ["get", "name_ko"], ""];
  const label = (pixels: number) => ({ "text-field": name, "text-size": pixels * size, "text-font": ["Madang Sans"], "text-padding": 6 });
  const layers: LayerSpecification[] = [
    { id: "background", type: "background", paint: { "background-color": colour("page-quiet"), "background-opacity": config.base === "plain" ? 0 : 1 } },
    { id: "land", type: "fill", source: "districts", "source-layer": "districts", paint: { "fill-color": colour(config.base === "plain" ? "map-hero" : "map-land") } },
    { id: "dong-lines", type: "line", source: "legal_dongs", "source-layer": "legal_dongs", minzoom: 11.5, paint: { "line-color": colour("map-line"), "line-width": 0.7 } },
    { id: "land-hover", type: "fill", source: "districts", "source-layer": "districts", paint: { "fill-color": colour("accent-line"), "fill-opacity": 0.6 }, filter: ["==", ["get", "code"], ""] },
    { id: "district-lines", type: "line", source: "districts", "source-layer": "districts", paint: { "line-color": colour("map-line"), "line-width": ["interpolate", ["linear"], ["zoom"], 9, 1.2, 14, 2.5] } },
  ];
  const labels: LayerSpecification[] = [
    { id: "district-names", type: "symbol", source: "districts", "source-layer": "districts_names", maxzoom: 13, layout: label(13), paint: { "text-color": colour("map-label"), "text-halo-color": colour(config.base === "plain" ? "map-hero" : "map-land"), "text-halo-width": 1.4 } },
    { id: "dong-names", type: "symbol", source: "legal_dongs", "source-layer": "legal_dongs_names", minzoom: 13, layout: label(12), paint: { "text-color": colour("map-label"), "text-halo-color": colour(config.base === "plain" ? "map-hero" : "map-land"), "text-halo-width": 1.4 } },
  ];
  const tiles = (name: string) => ({ type: "vector" as const, tiles: [absolute(`/tiles/${name}/{z}/{x}/{y}.mvt`)], maxzoom: 14, promoteId: "code" });
  return { version: 8, sources: { districts: tiles("districts"), legal_dongs: tiles("legal_dongs") }, layers: [...layers, ...labels] };
}

function paintOf(layer: Layer): string | ExpressionSpecification {
  if (layer.joined) {
    const joined = Object.entries(layer.joined);
    const pairs = (layer.classes ?? []).flatMap(({ value, colour: name }) => {
      const codes = joined.filter(([, one]) => one.class === value).map(([code]) => code);
      return codes.length ? [codes, colour(name)] : [];
    });
    return (pairs.length ? ["match", ["get", "code"], ...pairs, "transparent"] : "transparent") as unknown as ExpressionSpecification;
  }
  if (!layer.colour_by || !layer.classes?.length) return colour("chart-1");
  const pairs = layer.classes.flatMap(({ value, colour: name }) => [value, colour(name)]);
  return ["match", ["to-string", ["get", layer.colour_by]], ...pairs, colour("chart-5")] as unknown as ExpressionSpecification;
}

/** Data that has an address is live: it is fetched anew while somebody looks, and soon after news of what it follows. */
function keepFresh(map: Map, layer: Layer): void {
  const { data } = layer;
  if (typeof data !== "string" || layer.tiles) return;
  const refresh = () => {
    if (!document.hidden) map.getSource<GeoJSONSource>(layer.id)?.setData(absolute(data));
  };
  window.setInterval(refresh, REFRESH_MS);
  let soon = 0;
  map.getContainer().closest("[data-live]")?.addEventListener("madang:live", () => {
    soon ||= window.setTimeout(() => { soon = 0; refresh(); }, NEWS_MS);
  });
}

/** Whether a feature is drawn in that way: areas have a border as well. */
function isKind(kind: keyof typeof KINDS): ExpressionSpecification {
  return ["match", ["geometry-type"], KINDS[kind], true, false] as unknown as ExpressionSpecification;
}

function isChosen(kind: keyof typeof KINDS, id: string): ExpressionSpecification {
  return ["all", isKind(kind), ["==", ["to-string", ["coalesce", ["get", "id"], ["get", "code"]]], id]];
}

/** Lines and areas of a layer of any shapes lie below its points; from afar small ones are points themselves. */
function addOutlines(map: Map, layer: Layer, from: { source: string }, paint: string | ExpressionSpecification): void {
  map.addLayer({ id: `${layer.id}-areas`, type: "fill", ...from, filter: isKind("areas"), paint: { "fill-color": paint, "fill-opacity": 0.3 } }, "district-names");
  map.addLayer({ id: `${layer.id}-lines`, type: "line", ...from, filter: isKind("lines"), layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": paint, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 1.5, 13, 2.5, 17, 5] } }, "district-names");
  map.addLayer({ id: `${layer.id}-chosen-lines`, type: "line", ...from, filter: isChosen("lines", "\u0000"), paint: { "line-color": colour("accent-fill"), "line-width": 5 } }, "district-names");
}

function addLayer(map: Map, layer: Layer, quiet: boolean): void {
  keepFresh(map, layer);
  if (layer.tiles) map.addSource(layer.id, { type: "vector", tiles: [absolute(layer.tiles)], maxzoom: 14 });
  else map.addSource(layer.id, { type: "geojson", data: typeof layer.data === "string" ? absolute(layer.data) : layer.data ?? { type: "FeatureCollection", features: [] } });
  const from = { source: layer.id, ...(layer.tiles ? { "source-layer": layer.source_layer ?? layer.id } : {}) };
  const paint = paintOf(layer);
  const ramp = layer.classes?.some((one) => one.colour.startsWith("ramp"));
  const urgent = (layer.scale ?? 1) > 1;
  const scale = (layer.scale ?? 1) * sizeOf(map.getContainer());
  if (quiet) {
    map.setPaintProperty("district-names", "text-color", colour("map-value"));
    map.setPaintProperty("district-names", "text-halo-width", 2);
  }
  if (layer.shape === "any") addOutlines(map, layer, from, paint);
  if (layer.shape === "points" || layer.shape === "any") {
    const points = layer.shape === "any" ? { filter: isKind("points") } : {};
    // A circle that stands for many is as big as its number asks for.
    const many = ["interpolate", ["linear"], ["get", "_count"], 3, 9 * scale, 100, 13 * scale, 10000, 17 * scale];
    const radius = ["interpolate", ["linear"], ["zoom"], ...([[9, quiet ? 2 : ramp ? 4 : 3], [13, 6], [16, 9]] as [number, number][]).flatMap(([zoom, size]) => [zoom, layer.tiles ? ["case", ["has", "_count"], many, size * scale] : size * scale])] as unknown as ExpressionSpecification;
    map.addLayer({ id: layer.id, type: "circle", ...from, ...points, paint: { "circle-color": paint, "circle-radius": radius, "circle-stroke-color": colour(ramp ? "map-label" : "page"), "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 9, 0.5, 13, 1.5], "circle-opacity": 0.9 } }, urgent ? undefined : "district-names");
    if (layer.tiles) map.addLayer({ id: `${layer.id}-counts`, type: "symbol", ...from, filter: ["has", "_count"], layout: { "text-field": ["number-format", ["get", "_count"], { locale: language() }], "text-font": ["Madang Sans"], "text-size": 11 * sizeOf(map.getContainer()), "text-allow-overlap": true }, paint: { "text-color": colour("page") } });
    if (layer.is_named) map.addLayer({ id: `${layer.id}-names`, type: "symbol", ...from, layout: { "text-field": ["get", "title"], "text-font": ["Madang Sans"], "text-size": 13 * sizeOf(map.getContainer()), "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 1.2, "text-justify": "auto" }, paint: { "text-color": colour("ink-strong"), "text-halo-color": colour("page"), "text-halo-width": 2 } });
    map.addLayer({ id: `${layer.id}-chosen`, type: "circle", ...from, filter: isChosen("points", "\u0000"), paint: { "circle-color": "transparent", "circle-radius": 14, "circle-stroke-color": colour("accent-fill"), "circle-stroke-width": 3 } });
  } else if (layer.shape === "areas") {
    map.addLayer({ id: layer.id, type: "fill", ...from, paint: { "fill-color": paint, "fill-opacity": layer.joined ? 1 : 0.7 } }, layer.joined ? "dong-lines" : "district-names");
    if (layer.joined) writeValues(map, layer.joined);
    map.addLayer({ id: `${layer.id}-chosen`, type: "line", ...from, filter: ["==", ["get", "id"], "\u0000"], paint: { "line-color": colour("accent-fill"), "line-width": 3 } });
  } else {
    map.addLayer({ id: layer.id, type: "line", ...from, paint: { "line-color": paint, "line-width": 2 } });
  }
}

/** Values stand under the names of districts: a colour alone says too little. */
function writeValues(map: Map, joined: NonNullable<Layer["joined"]>): void {
  const pairs = Object.entries(joined).flatMap(([code, { label }]) => (label ? [code, `\n${label}`] : []));
  if (!pairs.length) return;
  const name = map.getLayoutProperty("district-names", "text-field");
  const value = ["match", ["get", "code"], ...pairs, ""];
  map.setLayoutProperty("district-names", "text-field", ["format", name, {}, value, { "font-scale": 1.2 }] as unknown as ExpressionSpecification);
  for (const [property, said] of [["text-padding", 0], ["text-line-height", 1.1], ["text-size", 12 * sizeOf(map.getContainer())]] as const) map.setLayoutProperty("district-names", property, said);
  map.setPaintProperty("district-names", "text-halo-color", colour("map-value-halo"));
}

/** What a register writes "한국어 · English" is said in the page's language, as are words that the page names. */
function sayValue(value: unknown, config: Config): string {
  const words = String(value);
  const [ko, en] = splitPair(words);
  return config.words?.[words] ?? say(ko, en);
}

/** A popup is built from text nodes only: what a dataset holds is never read as HTML. */
function describe(feature: MapGeoJSONFeature, config: Config): HTMLElement {
  const box = document.createElement("div");
  const layer = config.layers.find((one) => one.id === feature.source);
  const properties = layer?.joined?.[String(feature.properties.code)] ?? feature.properties;
  const { title, id, href = layer?.href, class: _class, label: _label, ...rest } = properties as Record<string, unknown>;
  const heading = document.createElement("strong");
  heading.textContent = sayValue(title ?? (layer?.joined ? nameOf(feature.properties) : id) ?? "", config);
  box.append(heading);
  const list = document.createElement("dl");
  for (const [key, value] of Object.entries(rest).slice(0, 8)) {
    if (value === null || value === "" || value === title || key.startsWith("_")) continue;
    const term = document.createElement("dt");
    const said = document.createElement("dd");
    term.textContent = config.titles?.[key] ?? key;
    said.textContent = sayValue(value, config);
    list.append(term, said);
  }
  box.append(list);
  const links: [unknown, string][] = [[href, layer?.href ? say("데이터 보기", "See the data") : say("자세히 보기", "Details")]];
  if (layer?.joined && config.href) links.push([fill(config.href, feature.properties), say("이 동네 찾아보기", "Search this district")]);
  for (const [address, words] of links) {
    if (typeof address !== "string" || !address.startsWith("/")) continue;
    const link = document.createElement("a");
    link.href = address;
    link.textContent = words;
    box.append(link);
  }
  return box;
}

function choose(map: Map, config: Config, id: string): void {
  for (const layer of config.layers) {
    const kinds = { [`${layer.id}-chosen`]: layer.shape === "areas" ? "areas" : "points", [`${layer.id}-chosen-lines`]: "lines" } as const;
    for (const [name, kind] of Object.entries(kinds)) if (map.getLayer(name)) map.setFilter(name, isChosen(kind, id));
  }
}

function nameOf(properties: Record<string, unknown>): string {
  return String(properties[`name_${language()}`] ?? properties.name_ko ?? "");
}

function fill(address: string, properties: Record<string, unknown>): string {
  return address.replace("{code}", encodeURIComponent(String(properties.code))).replace("{name}", encodeURIComponent(nameOf(properties)));
}

function followList(map: Map, config: Config): void {
  const list = config.list ? document.querySelector(config.list) : null;
  if (!list) return;
  const move = (row: HTMLElement | null) => {
    if (!row?.dataset.id) return;
    choose(map, config, row.dataset.id);
    const { lon, lat } = row.dataset;
    if (lon && lat && !map.getBounds().contains([+lon, +lat])) map.easeTo({ center: [+lon, +lat], essential: false });
  };
  list.addEventListener("pointerover", (event) => move((event.target as Element).closest("[data-id]")));
  list.addEventListener("focusin", (event) => move((event.target as Element).closest("[data-id]")));
}

function listenToClicks(map: Map, config: Config): void {
  if (map.getContainer().closest("[data-pick=line], [data-pick=area]")) return;
  const ids = () => config.layers.flatMap(({ id }) => [id, `${id}-lines`, `${id}-areas`]).filter((id) => map.getLayer(id));
  map.on("click", (event) => {
    const { x, y } = event.point;
    // A finger or a mouse seldom hits a line itself.
    const around: [[number, number], [number, number]] = [[x - REACH, y - REACH], [x + REACH, y + REACH]];
    const feature = [event.point, around].map((where) => map.queryRenderedFeatures(where, { layers: ids() })[0]).find(Boolean);
    if (!feature) {
      const district = config.href ? map.queryRenderedFeatures(event.point, { layers: ["land"] })[0] : undefined;
      if (district) location.href = fill(config.href!, district.properties);
      return;
    }
    if (feature.properties._count) return void map.easeTo({ center: event.lngLat, zoom: Math.min(map.getZoom() + 2, 14), essential: false });
    const id = String(feature.properties.id ?? feature.properties.code ?? "");
    choose(map, config, id);
    new Popup({ closeButton: false, maxWidth: "32rem", focusAfterOpen: false }).setLngLat(event.lngLat).setDOMContent(describe(feature, config)).addTo(map);
    const row = config.list ? document.querySelector<HTMLElement>(`${config.list} [data-id="${CSS.escape(id)}"]`) : null;
    document.querySelector(`${config.list} .is-current`)?.classList.remove("is-current");
    row?.classList.add("is-current");
    row?.scrollIntoView({ block: "nearest" });
  });
  map.on("mousemove", (event) => {
    map.getCanvas().style.cursor = map.queryRenderedFeatures(event.point, { layers: config.href ? [...ids(), "land"] : ids() }).length ? "pointer" : "";
    if (!config.href) return;
    const district = map.queryRenderedFeatures(event.point, { layers: ["land"] })[0];
    map.setFilter("land-hover", ["==", ["get", "code"], district?.properties.code ?? ""]);
  });
}

async function open(element: HTMLElement): Promise<void> {
  element.dataset.ready = "false";
  const config = readJson<Config>(element) ?? { layers: [] };
  // Names are drawn on a canvas, which takes whatever font is there at that moment.
  const [city] = await Promise.all([readCity(), document.fonts.load(`13px ${FONT}`, "가A")]);
  const rows = config.base === "plain" ? null : findRows(config, city, config.bounds);
  const small = matchMedia("(max-width: 599px)").matches;
  const map = new Map({
    container: element,
    style: baseStyle(config, sizeOf(element)),
    bounds: rows ?? city,
    fitBoundsOptions: rows ? { padding: small ? 12 : roomAround(config), maxZoom: 15 } : { padding: small ? 4 : 16 },
    attributionControl: false,
    cooperativeGestures: element.dataset.quietScroll !== undefined,
    dragRotate: false,
    pitchWithRotate: false,
    localIdeographFontFamily: FONT,
    locale: {
      "NavigationControl.ZoomIn": say("확대", "Zoom in"),
      "NavigationControl.ZoomOut": say("축소", "Zoom out"),
      "AttributionControl.ToggleAttribution": say("출처 보기", "Show the sources"),
      "Map.Title": element.getAttribute("aria-label") ?? say("지도", "Map"),
      "CooperativeGesturesHandler.WindowsHelpText": say("Ctrl을 누른 채 스크롤하면 확대됩니다", "Use Ctrl + scroll to zoom the map"),
      "CooperativeGesturesHandler.MacHelpText": say("⌘를 누른 채 스크롤하면 확대됩니다", "Use ⌘ + scroll to zoom the map"),
      "CooperativeGesturesHandler.MobileHelpText": say("두 손가락으로 움직여 주세요", "Use two fingers to move the map"),
    },
  });
  map.touchZoomRotate.disableRotation();
  if (config.interactive !== false) map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new AttributionControl({ compact: false, customAttribution: say("경계: 국토교통부 법정구역", "Boundaries: MOLIT legal areas") }), "bottom-left");
  const show = () => { element.dataset.ready = "true"; };
  const draw = () => config.layers.forEach((layer) => addLayer(map, layer, config.base === "plain"));
  map.once("load", () => {
    draw();
    followList(map, config);
    listenToClicks(map, config);
    element.dispatchEvent(new CustomEvent("madang:map", { bubbles: true, detail: map }));
    show();
  });
  document.addEventListener("madang:display", () => {
    map.setStyle(baseStyle(config, sizeOf(element)), { diff: false });
    map.once("style.load", draw);
  });
  document.addEventListener("htmx:afterSettle", () => takeNewRows(map, config, city));
}

/** Names beside points need room at the edges. */
function roomAround(config: Config): number {
  return config.layers.some((layer) => layer.is_named) ? 96 : 32;
}

type Nested = number | Nested[];

function listCorners(coordinates: Nested): [number, number][] {
  if (!Array.isArray(coordinates)) return [];
  return typeof coordinates[0] === "number" ? [coordinates as [number, number]] : coordinates.flatMap(listCorners);
}

/** Where the rows are; null where there are none, or they lie all over the city, which then is shown whole. */
function findRows(config: Config, [west, south, east, north]: Extent, said?: Extent): LngLatBounds | null {
  const bounds = said ? LngLatBounds.convert(said) : new LngLatBounds();
  for (const layer of said ? [] : config.layers) {
    if (!layer.data || typeof layer.data !== "object") continue;
    for (const { geometry } of layer.data.features) {
      if (geometry && "coordinates" in geometry) for (const corner of listCorners(geometry.coordinates)) bounds.extend(corner);
    }
  }
  if (bounds.isEmpty()) return null;
  const isWide = bounds.getEast() - bounds.getWest() > (east - west) / 2 && bounds.getNorth() - bounds.getSouth() > (north - south) / 2;
  const isInside = bounds.getWest() >= west && bounds.getEast() <= east && bounds.getSouth() >= south && bounds.getNorth() <= north;
  return isWide && isInside ? null : bounds;
}

let extent: Promise<Extent> | undefined;

/** The city is data: its extent is that of its districts, wherever they are. */
function readCity(): Promise<Extent> {
  extent ??= fetch("/tiles/districts.json").then(async (reply) => ((await reply.json()) as { bounds: Extent }).bounds).catch(() => COUNTRY);
  return extent;
}

/** A list that changed beside its map brings the new rows as a data block; the same ones again move nothing. */
function takeNewRows(map: Map, config: Config, city: Extent): void {
  for (const block of document.querySelectorAll<HTMLScriptElement>("script[data-layer]")) {
    const text = block.textContent ?? "null";
    const layer = config.layers.find((one) => one.id === block.dataset.layer);
    if (!layer || layer.taken === text) continue;
    const data = JSON.parse(text) as FeatureCollection;
    layer.taken = text;
    layer.data = data;
    map.getSource<GeoJSONSource>(layer.id)?.setData(data);
    const bounds = findRows(config, city);
    map.fitBounds(bounds ?? city, { padding: bounds ? roomAround(config) : 16, maxZoom: 15, animate: false });
  }
  followList(map, config);
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    void open(entry.target as HTMLElement);
  }
}, { rootMargin: "200px" });

const start = (root: ParentNode) => root.querySelectorAll<HTMLElement>("[data-map]:not([data-ready])").forEach((element) => watcher.observe(element));
start(document);
document.addEventListener("htmx:load", (event) => start((event as CustomEvent).detail.elt));
