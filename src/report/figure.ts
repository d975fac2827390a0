import type { TopLevelSpec } from "vega-lite";
import { coloursOf } from "./colours.ts";
import { extent, type Point } from "./statistics.ts";
import { page, renderSvg, textWidth } from "./svg.ts";

/** One curve. Curves of one name share a colour and one entry of the legend. */
export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** `faint` is for raw values behind a smoothed curve, `dashed` for what a curve should follow. */
  readonly style?: "faint" | "dashed";
}

/** A horizontal line. Its label stands to the right of the plotting area, where no curve is. */
export interface Rule {
  readonly y: number;
  readonly label: string;
}

/** A vertical line. Its label stands above the plotting area. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

export interface Axis {
  /** What the axis shows, with its unit. */
  readonly title: string;
  readonly domain?: readonly [number, number];
  readonly scale?: "linear" | "log";
}

/** Curves over a numeric axis; points with `low` and `high` get a band (seeds, see bandOverSeeds). */
export interface LineFigure {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  readonly rules?: readonly Rule[];
  readonly marks?: readonly Mark[];
  /** The names in the order in which they take colours, so that a name keeps its colour in figures that lack some. Default: as they appear. */
  readonly names?: readonly string[];
  /** The methods behind the names, whose colours they take, where the names are not those of methods themselves. */
  readonly methods?: Readonly<Record<string, string>>;
}

/** One bar. Bars of one `group` stand side by side; each `series` has a colour. `low` and `high` draw an error bar. */
export interface Bar {
  readonly group: string;
  readonly series: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

export interface BarFigure {
  readonly title: string;
  readonly subtitle?: string;
  readonly y: Axis;
  readonly bars: readonly Bar[];
  readonly rules?: readonly Rule[];
  readonly names?: readonly string[];
}

/** Width and height of the plotting area in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Draws curves as an SVG document. */
export async function drawLines(figure: LineFigure, size: Size = { width: 560, height: 300 }): Promise<string> {
  return renderSvg({ ...page, ...lineSpec(figure, underTitle(size, figure)) } as TopLevelSpec);
}

/** A plotting area at least as wide as its title. */
function underTitle({ width, height }: Size, { title }: { readonly title: string }): Size {
  return { width: Math.max(width, Math.ceil(textWidth(title, page.config.title.fontSize, true))), height };
}

/**
 * Draws several figures of curves as one SVG document with one legend. A row holds two of them, or `columns`; where the last row has fewer,
 * they are wider. A legend of one name says nothing that the title does not, so it is left out.
 */
export async function drawLineGrid(
  grid: { title: string; subtitle?: string; figures: readonly LineFigure[]; columns?: number },
  { width, height }: Size = { width: 400, height: 220 },
): Promise<string> {
  const { figures, columns = 2 } = grid;
  const names = [...new Set(figures.flatMap(namesOf))];
  const gap = GAP.axis + labelWidth(figures);
  const across = Math.min(columns, figures.length);
  const legend = { shown: shownNames(figures), room: across * width + (across - 1) * gap };
  const row = (members: readonly LineFigure[]) => {
    const missing = figures.length > columns ? columns - members.length : 0;
    const wide = { width: width + (missing * (width + gap)) / members.length, height };
    return { hconcat: members.map((figure) => lineSpec({ ...figure, names }, wide, legend)), spacing: gap, bounds: "flush" };
  };
  const rows = Array.from({ length: Math.ceil(figures.length / columns) }, (_, i) => row(figures.slice(i * columns, (i + 1) * columns)));
  const title = { ...heading(grid).title, fontSize: 18, subtitleFontSize: 12, offset: 22 };
  const resolve = { legend: { color: "shared" } };
  return renderSvg({ ...page, title, vconcat: rows, spacing: GAP.title, resolve } as unknown as TopLevelSpec);
}

/** Room in pixels between the plotting areas of a grid: for an axis with its title beside it, and for the title above. */
const GAP = { axis: 76, title: 34 } as const;

/** Room for the longest label of a rule. */
function labelWidth(figures: readonly LineFigure[]): number {
  return Math.max(0, ...figures.flatMap(({ rules = [] }) => rules.map(({ label }) => 6 + 6.5 * label.length)));
}

/** Draws grouped bars as an SVG document. */
export async function drawBars(figure: BarFigure, given: Size = { width: 560, height: 300 }): Promise<string> {
  const size = underTitle(given, figure);
  const shown = [...new Set(figure.bars.map(({ series }) => series))];
  const y = axisSpec(figure.y, true);
  const bars = figure.bars.map((bar) => ({ ...bar, group: inTwoLines(bar.group) }));
  const groups = [...new Set(bars.map(({ group }) => group))];
  const x = {
    field: "group",
    type: "nominal",
    sort: groups,
    title: null,
    axis: { labelAngle: 0, labelLimit: 140, ticks: false, labelPadding: 8, labelExpr: "split(datum.label, '\\n')" },
  };
  const shared = { x, xOffset: { field: "series", sort: shown } };
  const bar = {
    mark: { type: "bar", cornerRadiusEnd: 2 },
    encoding: { y: { field: "value", ...y }, color: colourSpec(figure.names ?? shown, { shown, room: size.width }) },
  };
  const whisker = {
    transform: [{ filter: "isValid(datum.low) && isValid(datum.high)" }],
    mark: { type: "rule", strokeWidth: 1.4, color: "#222" },
    encoding: { y: { field: "low", type: "quantitative" }, y2: { field: "high" } },
  };
  const layer = [...ruleLayers(figure.rules ?? [], y), { encoding: shared, layer: [bar, whisker] }];
  return renderSvg({
    ...page,
    ...heading(figure),
    ...size,
    data: { values: bars },
    layer,
  } as unknown as TopLevelSpec);
}

/** A long name broken at the space that is nearest to its middle. */
function inTwoLines(name: string): string {
  const spaces = [...name.matchAll(/ /g)].map(({ index }) => index);
  if (name.length <= LONGEST_LABEL || spaces.length === 0) return name;
  const middle = spaces.reduce((best, at) => (Math.abs(2 * at - name.length) < Math.abs(2 * best - name.length) ? at : best));
  return `${name.slice(0, middle)}\n${name.slice(middle + 1)}`;
}

/** Letters of a label that stay in one line. */
const LONGEST_LABEL = 12;

/** The names that a legend shows, and the pixels that it may be wide. */
interface Legend {
  readonly shown: readonly string[];
  readonly room: number;
}

/** The colour of each name by its place in `names`. */
function colourSpec(names: readonly string[], { shown, room }: Legend, methods: Readonly<Record<string, string>> = {}) {
  const scale = { domain: names, range: coloursOf(names.map((name) => methods[name] ?? name)) };
  const values = names.filter((name) => shown.includes(name));
  if (values.length < 2) return { field: "series", type: "nominal", scale, legend: null };
  return { field: "series", type: "nominal", scale, legend: { title: null, values, symbolOpacity: 1, ...wrapped(values, room) } };
}

/** A long legend goes on in further lines instead of making the picture wider: as many columns as there is room for. */
function wrapped(names: readonly string[], room: number) {
  const { labelFontSize, labelLimit } = page.config.legend;
  const widths = names.map((name) => LEGEND_SYMBOL + Math.min(labelLimit, textWidth(name, labelFontSize, false)));
  const widthOf = (columns: number): number =>
    Array.from({ length: columns }, (_, column) => Math.max(...widths.filter((_, i) => i % columns === column))).reduce((a, b) => a + b, 0);
  const columns = names.map((_, i) => names.length - i).find((count) => widthOf(count) <= room) ?? 1;
  return columns < names.length ? { columns } : {};
}

/** Pixels of a name's line in the legend, and of the space around it. */
const LEGEND_SYMBOL = 28;

function namesOf({ names, series }: LineFigure): readonly string[] {
  return names ?? [...new Set(series.map(({ name }) => name))];
}

function shownNames(figures: readonly LineFigure[]): string[] {
  return figures.flatMap(({ series }) => series.map(({ name }) => name));
}

function heading({ title, subtitle }: { title: string; subtitle?: string }) {
  return { title: subtitle === undefined ? { text: title } : { text: title, subtitle } };
}

/** Bars are judged by their length, so their axis starts at `zero`. Curves are judged by their shape, so theirs need not. */
function axisSpec({ title, domain, scale, ticks }: Axis & { readonly ticks?: object }, zero = false) {
  const limits = {
    ...(scale === "log" ? {} : { zero }),
    nice: domain === undefined,
    type: scale ?? "linear",
    ...(domain ? { domain } : {}),
  };
  return { type: "quantitative", title, scale: limits, ...(ticks && { axis: ticks }) };
}

/** The axis of steps, which are whole numbers. One value alone stands in the middle of its axis. */
function xAxis({ x, series }: LineFigure) {
  const values = series.flatMap(({ points }) => points.map((point) => point.x));
  const isWhole = x.scale !== "log" && values.every(Number.isInteger);
  const [low, high] = x.domain ?? extent(values);
  return { ...x, ...(low === high && { domain: [low - 0.5, high + 0.5] as const }), ...(isWhole && { ticks: WHOLE }) };
}

const WHOLE = { tickMinStep: 1, format: ",d" };

/** A constant stands in the middle of its axis, which would else have one label of six decimals. */
function yAxis({ y, series, rules = [] }: LineFigure) {
  const ofPoints = series.flatMap(({ points }) => points.flatMap(({ y, low = y, high = y }) => [y, low, high]));
  const values = new Set([...ofPoints, ...rules.map((rule) => rule.y)].filter(Number.isFinite));
  const [only] = values;
  if (only === undefined || values.size > 1 || y.domain || y.scale === "log") return y;
  const reach = Math.abs(only) / 2 || 1;
  return { ...y, domain: [only - reach, only + reach] as const, ticks: { format: ",~f" } };
}

function lineSpec(figure: LineFigure, size: Size, legend: Legend = { shown: shownNames([figure]), room: size.width }) {
  const rows = figure.series.flatMap(({ name, style, points }, curve) =>
    points.map((point) => ({ ...point, series: name, style: style ?? "plain", curve })),
  );
  const x = { field: "x", ...axisSpec(xAxis(figure)) };
  const curves = {
    x: { ...x, scale: { ...x.scale, nice: false } },
    color: colourSpec(namesOf(figure), legend, figure.methods),
    detail: { field: "curve" },
  };
  const yScale = axisSpec(yAxis(figure));
  const y = { field: "y", ...yScale };
  const styled = (style: string, mark: object) => ({
    transform: [{ filter: `datum.style === '${style}' && isValid(datum.y)` }],
    mark: { type: "line", clip: figure.y.domain !== undefined, ...mark },
    encoding: { y },
  });
  const band = {
    transform: [{ filter: "isValid(datum.low) && isValid(datum.high)" }],
    mark: { type: "area", opacity: 0.18, clip: figure.y.domain !== undefined },
    encoding: { y: { ...y, field: "low" }, y2: { field: "high" } },
  };
  const lines = [
    ...(rows.some(({ low }) => low !== undefined) ? [band] : []),
    styled("faint", { opacity: 0.3, strokeWidth: 1 }),
    styled("dashed", { strokeWidth: 1.4, strokeDash: [5, 4] }),
    styled("plain", { strokeWidth: 2.4, strokeJoin: "round", ...(figure.series.some(isShort) ? { point: { size: 36 } } : {}) }),
  ];
  const title = { ...heading(figure).title, ...(figure.marks?.length ? { offset: 24 } : {}) };
  return {
    title,
    ...size,
    data: { values: rows },
    layer: [...ruleLayers(figure.rules ?? [], yScale), ...markLayers(figure.marks ?? [], curves.x), { encoding: curves, layer: lines }],
  };
}

/** A curve of few points shows them, because the line alone could hardly be seen. */
function isShort({ points, style }: Series): boolean {
  return style === undefined && points.length <= 8;
}

function ruleLayers(rules: readonly Rule[], axis: ReturnType<typeof axisSpec>) {
  return rules.flatMap(({ y, label }) => {
    const data = { values: [{ y, label }] };
    const encoding = { y: { field: "y", ...axis } };
    return [
      { data, mark: { type: "rule", strokeDash: [6, 4], strokeWidth: 1.3, color: "#555" }, encoding },
      {
        data,
        mark: { type: "text", align: "left", baseline: "middle", dx: 6, fontSize: 11, color: "#555" },
        encoding: { ...encoding, x: { value: "width" }, text: { field: "label" } },
      },
    ];
  });
}

function markLayers(marks: readonly Mark[], x: object) {
  return marks.flatMap(({ x: value, label }) => {
    const data = { values: [{ x: value, label }] };
    return [
      { data, mark: { type: "rule", strokeDash: [2, 3], strokeWidth: 1.3, color: "#a33" }, encoding: { x } },
      {
        data,
        mark: { type: "text", align: "center", baseline: "bottom", fontSize: 11, color: "#a33" },
        encoding: { x, y: { value: -3 }, text: { field: "label" } },
      },
    ];
  });
}
