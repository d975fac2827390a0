import type { TopLevelSpec } from "vega-lite";

/** The look of every picture: a white page, a light grid, a bold title, and a legend above. */
export const page = {
  background: "white",
  padding: { left: 14, top: 14, right: 22, bottom: 14 },
  config: {
    font: "DejaVu Sans, Helvetica, Arial, sans-serif",
    view: { stroke: null },
    axis: {
      labelSeparation: 12, // the last label is moved inwards, onto its neighbour where there is no room
      gridColor: "#e9e9e9",
      domain: false,
      ticks: false,
      labelColor: "#444",
      titleColor: "#444",
      titleFontWeight: "normal",
      labelPadding: 6,
    },
    axisX: { grid: false, domain: true, domainColor: "#bbb", ticks: true, tickColor: "#bbb", titlePadding: 8 },
    axisY: { titlePadding: 10, tickCount: 6 },
    title: {
      frame: "group",
      anchor: "start",
      fontSize: 15,
      fontWeight: 600,
      color: "#1a1a1a",
      subtitleColor: "#666",
      subtitleFontSize: 11,
      subtitlePadding: 5,
      offset: 12,
    },
    legend: {
      orient: "top",
      direction: "horizontal",
      title: null,
      labelFontSize: 12,
      labelColor: "#333",
      symbolStrokeWidth: 3,
      // Vega takes a text for half as long again as it is drawn.
      labelLimit: 480,
      offset: 12,
    },
  },
} as const;

/** Draws a picture as an SVG document. The two libraries take half a second to load, so they are loaded only when a picture is drawn. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  textMetrics.width = (item, text = item.text) => textWidth(String(text ?? ""), item.fontSize ?? 11, isBold(item.fontWeight));
  const compiled = vegaLite.compile(spec).spec;
  return withOwnIds(await new vega.View(vega.parse(compiled), { renderer: "none" }).toSVG());
}

/** What Vega asks for the room that a text takes. Its types do not have it. */
interface TextMetrics {
  width: (item: { readonly text?: unknown; readonly fontSize?: number; readonly fontWeight?: string | number }, text?: unknown) => number;
}

function isBold(weight: string | number = 400): boolean {
  return weight === "bold" || Number(weight) > 500;
}

/** Characters of the pictures' font (DejaVu Sans, nearly as wide as Verdana) by their width in thousandths of the font's size. */
const WIDTHS: readonly (readonly [characters: RegExp, width: number])[] = [
  [/[iIjl.,:;|'! ]/, 310],
  [/[frt()[\]/\\-]/, 390],
  [/[mMwW@%]/, 930],
  [/[A-Z+=<>~]/, 700],
];

/** The width of a text in pixels. Without a canvas Vega takes every character for a wide one, and leaves room for what is not there. */
export function textWidth(text: string, size: number, bold: boolean): number {
  const widths = [...text].map((character) => WIDTHS.find(([characters]) => characters.test(character))?.[1] ?? 620);
  return (widths.reduce((sum, width) => sum + width, 0) / 1000) * size * (bold ? 1.13 : 1);
}

/** Vega counts ids over all pictures of a process. They are numbered anew, so that a picture does not depend on what was drawn before. */
function withOwnIds(svg: string): string {
  const ids = [...new Set([...svg.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id!))];
  const numbered = new Map(ids.map((id, i) => [id, `${id.replace(/\d+$/, "")}${i}`]));
  const renamed = (id: string): string => numbered.get(id) ?? id;
  return svg
    .replaceAll(/\bid="([^"]+)"/g, (_, id: string) => `id="${renamed(id)}"`)
    .replaceAll(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${renamed(id)})`)
    .replaceAll(/href="#([^"]+)"/g, (_, id: string) => `href="#${renamed(id)}"`);
}
