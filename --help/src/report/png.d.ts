/** Draws an SVG picture as PNG with the machine's own fonts; `scale` 2 gives sharp text on dense screens. */
export declare function svgToPng(svg: string, scale?: number): Promise<Uint8Array>;
