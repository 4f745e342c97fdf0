/** Drawing a line or an area on a map: clicks become corners, one a line, of the text field that is sent. */
import type { GeoJSONSource, Map } from "maplibre-gl";
import type { Feature, FeatureCollection, Geometry } from "geojson";
import { colour } from "./look";

const SOURCE = "drawn";
const DIGITS = 6;
export type Corner = [lon: number, lat: number];

/** The corners that the field holds one a line; null where it holds something else, such as GeoJSON. */
export function readCorners(text: string): Corner[] | null {
  const pairs = text.split(/[\n;]/).map((line) => line.trim()).filter(Boolean).map((line) => line.split(/[\s,]+/).filter(Boolean).map(Number));
  if (!pairs.every((one) => one.length === 2 && one.every(Number.isFinite))) return null;
  return (pairs as Corner[]).map(([a, b]) => (Math.abs(a) <= 90 && Math.abs(b) > 90 ? [b, a] : [a, b]));
}

export function writeCorners(corners: Corner[]): string {
  return corners.map(([lon, lat]) => `${lon.toFixed(DIGITS)}, ${lat.toFixed(DIGITS)}`).join("\n");
}

function readGeometry(text: string): Geometry | null {
  try {
    const found = JSON.parse(text) as Geometry | Feature | FeatureCollection;
    if (found.type === "FeatureCollection") return found.features[0]?.geometry ?? null;
    return found.type === "Feature" ? found.geometry : found;
  } catch {
    return null;
  }
}

function join(corners: Corner[], isArea: boolean): Geometry {
  if (isArea && corners.length > 2) return { type: "Polygon", coordinates: [[...corners, ...corners.slice(0, 1)]] };
  return { type: "LineString", coordinates: corners };
}

/** What is drawn, and its corners as dots. */
function collect(text: string, isArea: boolean): FeatureCollection {
  const corners = readCorners(text);
  const shape = corners ? join(corners, isArea) : readGeometry(text);
  const feature = (geometry: Geometry): Feature => ({ type: "Feature", properties: {}, geometry });
  const features = shape && (corners === null || corners.length > 1) ? [feature(shape)] : [];
  return { type: "FeatureCollection", features: [...features, ...(corners ?? []).map((at) => feature({ type: "Point", coordinates: at }))] };
}

export function showOutline(map: Map, text: string, isArea: boolean): void {
  const data = collect(text, isArea);
  const source = map.getSource<GeoJSONSource>(SOURCE);
  if (source) return void source.setData(data);
  map.addSource(SOURCE, { type: "geojson", data });
  const ink = colour("accent-fill");
  map.addLayer({ id: `${SOURCE}-area`, type: "fill", source: SOURCE, filter: ["==", "$type", "Polygon"], paint: { "fill-color": ink, "fill-opacity": 0.2 } });
  map.addLayer({ id: `${SOURCE}-line`, type: "line", source: SOURCE, filter: ["!=", "$type", "Point"], paint: { "line-color": ink, "line-width": 3 } });
  map.addLayer({ id: `${SOURCE}-corner`, type: "circle", source: SOURCE, filter: ["==", "$type", "Point"], paint: { "circle-color": colour("page"), "circle-radius": 5, "circle-stroke-color": ink, "circle-stroke-width": 2 } });
}
