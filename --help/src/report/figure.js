import { coloursOf } from "./colours.js";
import { page, renderSvg, textWidth } from "./svg.js";
/** Draws curves as an SVG document. */
export async function drawLines(figure, size = { width: 560, height: 300 }) {
    return renderSvg({ ...page, ...lineSpec(figure, underTitle(size, figure)) });
}
/** A plotting area at least as wide as its title. */
function underTitle({ width, height }, { title }) {
    return { width: Math.max(width, Math.ceil(textWidth(title, page.config.title.fontSize, true))), height };
}
/**
 * Draws several figures of curves as one SVG document with one legend. A row holds two of them, or `columns`; where the last row has fewer,
 * they are wider. A legend of one name says nothing that the title does not, so it is left out.
 */
export async function drawLineGrid(grid, { width, height } = { width: 400, height: 220 }) {
    const { figures, columns = 2 } = grid;
    const names = [...new Set(figures.flatMap(namesOf))];
    const shown = shownNames(figures);
    const gap = GAP.axis + labelWidth(figures);
    const row = (members) => {
        const missing = figures.length > columns ? columns - members.length : 0;
        const wide = { width: width + (missing * (width + gap)) / members.length, height };
        return { hconcat: members.map((figure) => lineSpec({ ...figure, names }, wide, shown)), spacing: gap, bounds: "flush" };
    };
    const rows = Array.from({ length: Math.ceil(figures.length / columns) }, (_, i) => row(figures.slice(i * columns, (i + 1) * columns)));
    const title = { ...heading(grid).title, fontSize: 18, subtitleFontSize: 12, offset: 22 };
    const resolve = { legend: { color: "shared" } };
    return renderSvg({ ...page, title, vconcat: rows, spacing: GAP.title, resolve });
}
/** Room in pixels between the plotting areas of a grid: for an axis with its title beside it, and for the title above. */
const GAP = { axis: 76, title: 34 };
/** Room for the longest label of a rule. */
function labelWidth(figures) {
    return Math.max(0, ...figures.flatMap(({ rules = [] }) => rules.map(({ label }) => 6 + 6.5 * label.length)));
}
/** Draws grouped bars as an SVG document. */
export async function drawBars(figure, size = { width: 560, height: 300 }) {
    const shown = [...new Set(figure.bars.map(({ series }) => series))];
    const y = axisSpec(figure.y, true);
    const groups = [...new Set(figure.bars.map(({ group }) => group))];
    const x = {
        field: "group",
        type: "nominal",
        sort: groups,
        title: null,
        axis: { labelAngle: 0, labelLimit: 140, ticks: false, labelPadding: 8 },
    };
    const shared = { x, xOffset: { field: "series", sort: shown } };
    const bar = {
        mark: { type: "bar", cornerRadiusEnd: 2 },
        encoding: { y: { field: "value", ...y }, color: colourSpec(figure.names ?? shown, shown) },
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
        ...underTitle(size, figure),
        data: { values: figure.bars },
        layer,
    });
}
/** The colour of each name by its place in `names`; the legend shows those in `shown`. */
function colourSpec(names, shown, methods = {}) {
    const scale = { domain: names, range: coloursOf(names.map((name) => methods[name] ?? name)) };
    const values = names.filter((name) => shown.includes(name));
    if (values.length < 2)
        return { field: "series", type: "nominal", scale, legend: null };
    return { field: "series", type: "nominal", scale, legend: { title: null, values, symbolOpacity: 1, ...wrapped(values) } };
}
/** A long legend goes on in further lines instead of making the picture wider. */
function wrapped(names) {
    return names.length > 7 ? { columns: 5 } : {};
}
function namesOf({ names, series }) {
    return names ?? [...new Set(series.map(({ name }) => name))];
}
function shownNames(figures) {
    return figures.flatMap(({ series }) => series.map(({ name }) => name));
}
function heading({ title, subtitle }) {
    return { title: subtitle === undefined ? { text: title } : { text: title, subtitle } };
}
/** Bars are judged by their length, so their axis starts at `zero`. Curves are judged by their shape, so theirs need not. */
function axisSpec({ title, domain, scale }, zero = false) {
    const limits = {
        ...(scale === "log" ? {} : { zero }),
        nice: domain === undefined,
        type: scale ?? "linear",
        ...(domain ? { domain } : {}),
    };
    return { type: "quantitative", title, scale: limits };
}
function lineSpec(figure, size, shown = shownNames([figure])) {
    const rows = figure.series.flatMap(({ name, style, points }, curve) => points.map((point) => ({ ...point, series: name, style: style ?? "plain", curve })));
    const x = { field: "x", ...axisSpec(figure.x) };
    const curves = {
        x: { ...x, scale: { ...x.scale, nice: false } },
        color: colourSpec(namesOf(figure), shown, figure.methods),
        detail: { field: "curve" },
    };
    const y = { field: "y", ...axisSpec(figure.y) };
    const styled = (style, mark) => ({
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
        layer: [
            ...ruleLayers(figure.rules ?? [], axisSpec(figure.y)),
            ...markLayers(figure.marks ?? [], curves.x),
            { encoding: curves, layer: lines },
        ],
    };
}
/** A curve of few points shows them, because the line alone could hardly be seen. */
function isShort({ points, style }) {
    return style === undefined && points.length <= 8;
}
function ruleLayers(rules, axis) {
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
function markLayers(marks, x) {
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
