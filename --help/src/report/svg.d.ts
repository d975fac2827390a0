import type { TopLevelSpec } from "vega-lite";
/** The look of every picture: a white page, a light grid, a bold title, and a legend above. */
export declare const page: {
    readonly background: "white";
    readonly padding: {
        readonly left: 14;
        readonly top: 14;
        readonly right: 22;
        readonly bottom: 14;
    };
    readonly config: {
        readonly font: "DejaVu Sans, Helvetica, Arial, sans-serif";
        readonly view: {
            readonly stroke: null;
        };
        readonly axis: {
            readonly gridColor: "#e9e9e9";
            readonly domain: false;
            readonly ticks: false;
            readonly labelColor: "#444";
            readonly titleColor: "#444";
            readonly titleFontWeight: "normal";
            readonly labelPadding: 6;
        };
        readonly axisX: {
            readonly grid: false;
            readonly domain: true;
            readonly domainColor: "#bbb";
            readonly ticks: true;
            readonly tickColor: "#bbb";
            readonly titlePadding: 8;
        };
        readonly axisY: {
            readonly titlePadding: 10;
            readonly tickCount: 6;
        };
        readonly title: {
            readonly frame: "group";
            readonly anchor: "start";
            readonly fontSize: 15;
            readonly fontWeight: 600;
            readonly color: "#1a1a1a";
            readonly subtitleColor: "#666";
            readonly subtitleFontSize: 11;
            readonly subtitlePadding: 5;
            readonly offset: 12;
        };
        readonly legend: {
            readonly orient: "top";
            readonly direction: "horizontal";
            readonly title: null;
            readonly labelFontSize: 12;
            readonly labelColor: "#333";
            readonly symbolStrokeWidth: 3;
            readonly labelLimit: 320;
            readonly offset: 12;
        };
    };
};
/** Draws a picture as an SVG document. The two libraries take half a second to load, so they are loaded only when a picture is drawn. */
export declare function renderSvg(spec: TopLevelSpec): Promise<string>;
/** The width of a text in pixels. Without a canvas Vega takes every character for a wide one, and leaves room for what is not there. */
export declare function textWidth(text: string, size: number, bold: boolean): number;
