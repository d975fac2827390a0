/** A column of a table: its heading, and "right" for numbers. */
export interface Column {
  readonly heading: string;
  readonly align?: "left" | "right";
}

/** A table as plain text: columns two spaces apart, a rule under the headings, no trailing spaces or final newline. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ heading }, index) => Math.max(...[heading, ...rows.map((row) => row[index] ?? "")].map(visibleLength)));
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => pad(cells[index] ?? "", widths[index]!, align ?? "left"))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [line(columns.map(({ heading }) => heading)), rule, ...rows.map(line)].join("\n");
}

/** A number in few characters: 4 significant digits, powers of ten below 0.001, thousands separated; "-" for undefined and NaN. */
export function formatNumber(value: number | undefined, digits = 4): string {
  if (value === undefined || Number.isNaN(value)) return "-";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(Math.max(0, digits - 2));
  if (size >= 10 ** digits) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(digits)));
}

/** The number of characters a terminal shows: colour codes take no room. */
export function visibleLength(text: string): number {
  return [...text.replace(colourCode, "")].length;
}

/** Pads to a visible width. */
export function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, width - visibleLength(text)));
  return align === "left" ? text + space : space + text;
}

const colourCode = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
