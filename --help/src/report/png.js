/** Draws an SVG picture as PNG with the machine's own fonts; `scale` 2 gives sharp text on dense screens. */
export async function svgToPng(svg, scale = 2) {
    const { Resvg } = await import("@resvg/resvg-js");
    const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
    return new Resvg(svg, { background: "white", fitTo: { mode: "zoom", value: scale }, font }).render().asPng();
}
