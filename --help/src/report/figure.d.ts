import type { Point } from "./statistics.js";
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
export declare function drawLines(figure: LineFigure, size?: Size): Promise<string>;
/**
 * Draws several figures of curves as one SVG document with one legend. A row holds two of them, or `columns`; where the last row has fewer,
 * they are wider. A legend of one name says nothing that the title does not, so it is left out.
 */
export declare function drawLineGrid(grid: {
    title: string;
    subtitle?: string;
    figures: readonly LineFigure[];
    columns?: number;
}, { width, height }?: Size): Promise<string>;
/** Draws grouped bars as an SVG document. */
export declare function drawBars(figure: BarFigure, size?: Size): Promise<string>;
