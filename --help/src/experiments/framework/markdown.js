/** A Markdown table. With `numbers` all columns but the first are set to the right. */
export function markdownTable(headings, rows, { numbers = true } = {}) {
    const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    const rule = headings.map((_, column) => (numbers && column > 0 ? "---:" : "---"));
    return [line(headings), line(rule), ...rows.map(line)].join("\n");
}
