/** Charts: few colours, direct labels, zero under bars, uncertainty drawn; the table stands behind each. */
import { BarChart, LineChart, TreemapChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { LabelLayout } from "echarts/features";
import type { ECBasicOption } from "echarts/types/dist/shared";
import { CanvasRenderer } from "echarts/renderers";
import { colour, language, readJson } from "./parts/look";

use([BarChart, LineChart, TreemapChart, AriaComponent, GridComponent, MarkLineComponent, TooltipComponent, LabelLayout, CanvasRenderer]);

type Series = { name: string; values: (number | null)[]; low?: (number | null)[]; high?: (number | null)[] };
type Config = {
  kind: "bar" | "bars-across" | "line" | "treemap";
  title: string;
  unit: string;
  x: string[];
  series: Series[];
  target?: number | null;
  hrefs?: string[];
};

const FONT = "'Madang Sans', 'Pretendard Variable', sans-serif";

function short(value: number): string {
  return new Intl.NumberFormat(language(), { notation: Math.abs(value) >= 10_000 ? "compact" : "standard", maximumFractionDigits: Math.abs(value) < 1 ? 4 : 1, useGrouping: true }).format(value);
}

function options(config: Config, width: number, isFirst: boolean): ECBasicOption {
  const ink = colour("ink");
  const quiet = colour("ink-quiet");
  const line = colour("line-quiet");
  const across = config.kind === "bars-across";
  const widest = Math.min(160, width * 0.35);
  const names = { type: "category", data: config.x, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("line") } }, axisLabel: { color: quiet, fontFamily: FONT, fontSize: 13, hideOverlap: true, width: across ? widest : undefined, overflow: "truncate" }, inverse: across };
  const amounts = { type: "value", scale: config.kind === "line", axisLabel: { color: quiet, fontFamily: FONT, fontSize: 12, formatter: short }, splitLine: { lineStyle: { color: line } }, splitNumber: 4, name: across ? "" : config.unit, nameTextStyle: { color: quiet, fontFamily: FONT, align: "left" }, show: !across };
  const few = across || config.x.length * config.series.length <= (width < 500 ? 12 : 30);
  return {
    // Lines stand still: labels that ride in on their ends come to lie on one another.
    animation: isFirst && config.kind !== "line" && !matchMedia("(prefers-reduced-motion: reduce)").matches,
    aria: { enabled: true, description: config.title },
    textStyle: { fontFamily: FONT },
    // The names' room is measured here: the library leaves too little where labels are cut to a width.
    grid: across ? { left: 12 + Math.min(widest, widestOf(config.x, "13px")), right: 64, top: 0, bottom: 0, outerBoundsMode: "none" } : { left: 0, right: config.kind === "line" ? widestLabel(config) : 8, top: 40, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: colour("page-raised"), borderColor: colour("line"), textStyle: { color: ink, fontFamily: FONT, fontSize: 13 }, axisPointer: { type: config.kind === "line" ? "line" : "shadow" }, valueFormatter: (value: unknown) => (typeof value === "number" ? `${value.toLocaleString(language())} ${config.unit}` : "–") },
    xAxis: across ? amounts : names,
    yAxis: across ? names : amounts,
    series: config.series.flatMap((series, at) => drawSeries(config, series, at, few)),
  };
}

/** Areas by amount; a tile leads to what is inside it. Tiles too small for words keep them for the pointer and the table. */
function tiles(config: Config, isFirst: boolean): ECBasicOption {
  const values = config.series[0]?.values ?? [];
  const whole = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const share = (value: number) => `${((100 * value) / whole).toLocaleString(language(), { maximumFractionDigits: 1 })} %`;
  const data = config.x.map((name, at) => ({ name, value: values[at] ?? 0, href: config.hrefs?.[at], itemStyle: { color: colour(`chart-${(at % 5) + 1}`) } }));
  return {
    animation: isFirst && !matchMedia("(prefers-reduced-motion: reduce)").matches,
    aria: { enabled: true, description: config.title },
    textStyle: { fontFamily: FONT },
    tooltip: { renderMode: "richText", backgroundColor: colour("page-raised"), borderColor: colour("line"), textStyle: { color: colour("ink"), fontFamily: FONT, fontSize: 13 }, formatter: (point: { name: string; value: number }) => `${point.name}\n${point.value.toLocaleString(language())} ${config.unit} · ${share(point.value)}` },
    series: [{ type: "treemap", data: data.filter((one) => one.value > 0), left: 0, right: 0, top: 0, bottom: 0, roam: false, nodeClick: false, breadcrumb: { show: false }, itemStyle: { borderColor: colour("page"), gapWidth: 2, borderWidth: 0 }, label: { color: colour("page"), fontFamily: FONT, fontSize: 13, lineHeight: 18, overflow: "break", formatter: (point: { name: string; value: number }) => `${point.name}\n${short(point.value)} · ${share(point.value)}` } }],
  };
}

function endLabel(series: Series, value: number | null | undefined): string {
  return `${series.name} ${value == null ? "" : short(value)}`.trim();
}

/** The room that direct labels need to the right of the lines, in pixels. */
function widestLabel(config: Config): number {
  return 16 + widestOf(config.series.map((series) => endLabel(series, series.values.at(-1))), "600 13px");
}

/** The width in pixels of the longest of some words. */
function widestOf(words: string[], size: string): number {
  const pen = document.createElement("canvas").getContext("2d")!;
  pen.font = `${size} ${FONT}`;
  return Math.max(0, ...words.map((word) => pen.measureText(word).width));
}

function drawSeries(config: Config, series: Series, at: number, few: boolean): object[] {
  const tint = colour(`chart-${(at % 5) + 1}`);
  const label = { color: colour("ink"), fontFamily: FONT, fontSize: 12, formatter: (point: { value: number }) => short(point.value) };
  const target = config.target == null ? {} : { markLine: { silent: true, symbol: "none", lineStyle: { color: colour("ink"), type: "dashed" }, data: [{ yAxis: config.target }] } };
  if (config.kind !== "line") {
    return [{ type: "bar", name: series.name, data: series.values, itemStyle: { color: tint, borderRadius: 2 }, barMaxWidth: 40, label: { show: few, position: config.kind === "bars-across" ? "right" : "top", ...label }, ...target }];
  }
  const band = series.low && series.high ? drawBand(series, tint, at) : [];
  return [...band, { type: "line", name: series.name, data: series.values, showSymbol: series.values.length < 2, symbolSize: 6, lineStyle: { width: 2.5, color: tint }, itemStyle: { color: tint }, endLabel: { show: true, color: tint, fontFamily: FONT, fontWeight: 600, fontSize: 13, formatter: (point: { value: number }) => endLabel(series, point.value) }, labelLayout: { moveOverlap: "shiftY" }, ...target }];
}

/** Uncertainty as a band: an invisible line at the low end, and the height between on top of it. */
function drawBand(series: Series, tint: string, at: number): object[] {
  const height = series.high!.map((high, index) => (high == null || series.low![index] == null ? null : high - series.low![index]!));
  const hidden = { type: "line", stack: `band-${at}`, symbol: "none", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } };
  return [{ ...hidden, data: series.low }, { ...hidden, data: height, areaStyle: { color: tint, opacity: 0.16 } }];
}

async function open(element: HTMLElement): Promise<void> {
  const config = readJson<Config>(element);
  if (!config) return;
  element.dataset.ready = "false";
  // A canvas measures and draws with whatever font is there at that moment: fetch what these words need.
  const words = config.x.join("") + config.series.map((series) => series.name).join("");
  await Promise.all(["13px", "600 13px"].map((size) => document.fonts.load(`${size} ${FONT}`, words)));
  const figure = element.closest("figure");
  const table = figure?.querySelector("details");
  if (table) table.open = false;
  const canvas = document.createElement("div");
  canvas.className = element.className;
  element.append(canvas);
  const chart: EChartsType = init(canvas);
  const draw = (isFirst: boolean) => chart.setOption(config.kind === "treemap" ? tiles(config, isFirst) : options(config, canvas.clientWidth, isFirst), true);
  chart.on("click", (point) => {
    const href = (point.data as { href?: string } | null)?.href;
    if (href) location.assign(href);
  });
  // The size that is there already is told once too; only another one is drawn anew, at once and without a fade-in.
  let drawn = canvas.clientWidth;
  draw(true);
  new ResizeObserver(() => {
    if (canvas.clientWidth === drawn) return;
    drawn = canvas.clientWidth;
    chart.resize();
    draw(false);
  }).observe(canvas);
  document.addEventListener("madang:display", () => draw(false));
  element.dataset.ready = "true";
}

const start = (root: ParentNode) => root.querySelectorAll<HTMLElement>("[data-chart]:not([data-ready])").forEach((element) => void open(element));
start(document);
document.addEventListener("htmx:load", (event) => start((event as CustomEvent).detail.elt));
