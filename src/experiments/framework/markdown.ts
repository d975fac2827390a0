/** A Markdown table; cells of columns after the first are set to the right where `numbers` says so. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[], { numbers = true } = {}): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = headings.map((_, column) => (numbers && column > 0 ? "---:" : "---"));
  return [line(headings), line(rule), ...rows.map(line)].join("\n");
}
