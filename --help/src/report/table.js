/** A table as plain text: columns two spaces apart, a rule under the headings, no trailing spaces or final newline. */
export function formatTable(columns, rows) {
    const widths = columns.map(({ heading }, index) => Math.max(...[heading, ...rows.map((row) => row[index] ?? "")].map(visibleLength)));
    const line = (cells) => columns
        .map(({ align }, index) => pad(cells[index] ?? "", widths[index], align ?? "left"))
        .join("  ")
        .trimEnd();
    const rule = widths.map((width) => "─".repeat(width)).join("  ");
    return [line(columns.map(({ heading }) => heading)), rule, ...rows.map(line)].join("\n");
}
/** A number in few characters: 4 significant digits, powers of ten below 0.001, thousands separated; "-" for undefined and NaN. */
export function formatNumber(value, digits = 4) {
    if (value === undefined || Number.isNaN(value))
        return "-";
    if (!Number.isFinite(value))
        return value > 0 ? "inf" : "-inf";
    const size = Math.abs(value);
    if (size !== 0 && size < 1e-3)
        return value.toExponential(Math.max(0, digits - 2));
    if (size >= 10 ** digits)
        return Math.round(value).toLocaleString("en-US");
    return String(Number(value.toPrecision(digits)));
}
/** The number of characters a terminal shows: colour codes take no room. */
export function visibleLength(text) {
    return [...text.replace(colourCode, "")].length;
}
/** Pads to a visible width. */
export function pad(text, width, align = "left") {
    const space = " ".repeat(Math.max(0, width - visibleLength(text)));
    return align === "left" ? text + space : space + text;
}
const colourCode = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
