const blocks = [..."▁▂▃▄▅▆▇█"];
/** The last `width` values as one line of blocks, scaled to their own range; gaps (undefined, NaN) are blanks. */
export function sparkline(values, width = 24) {
    const shown = values.slice(-width);
    const finite = shown.filter((value) => Number.isFinite(value));
    const low = Math.min(...finite);
    const range = Math.max(...finite) - low;
    return shown.map((value) => (Number.isFinite(value) ? blocks[range > 0 ? Math.round(((value - low) / range) * 7) : 3] : " ")).join("");
}
