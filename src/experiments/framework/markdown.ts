/** A Markdown table. With `numbers` all columns but the first are set to the right. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[], { numbers = true } = {}): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = headings.map((_, column) => (numbers && column > 0 ? "---:" : "---"));
  return [line(headings), line(rule), ...rows.map(line)].join("\n");
}
