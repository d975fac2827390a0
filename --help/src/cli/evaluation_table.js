import { formatNumber, formatTable, visibleLength } from "../report/table.js";
/** The part of an evaluation that is worth keeping in a file. */
export function summarize({ passAt1, greedy, passAtK, entropy }) {
    return { passAt1, greedy, passAtK, entropy };
}
const COLUMNS = 80;
const BETWEEN = 2;
const SHORTEST_NAME = 12;
/** A table of evaluations with `k` completions a prompt, 80 columns wide at most. Names that are too long go on in further lines. */
export function evaluationTable(k, rows) {
    const headings = ["pass@1", "greedy", `pass@${k}`, "entropy (nats)"];
    const cells = rows.map(([, { passAt1, greedy, passAtK, entropy }]) => [passAt1, greedy, passAtK, entropy].map(shown));
    const widths = headings.map((heading, column) => Math.max(heading.length, ...cells.map((row) => row[column].length)));
    const room = COLUMNS - widths.reduce((sum, width) => sum + BETWEEN + width, 0);
    const lines = rows.flatMap(([name], row) => wrap(name, Math.max(SHORTEST_NAME, room)).map((part, line) => [part, ...(line === 0 ? cells[row] : [])]));
    return formatTable([{ heading: "" }, ...headings.map((heading) => ({ heading, align: "right" }))], lines);
}
function shown(value) {
    if (value === undefined || !Number.isFinite(value))
        return formatNumber(value);
    return Math.abs(value) < 1000 ? value.toFixed(3) : value.toExponential(2);
}
/** A text in lines of at most `width` characters, broken between words, and within a word that is longer than a line. */
function wrap(text, width) {
    const lines = [];
    for (const word of text.split(/\s+/).flatMap((word) => word.match(new RegExp(`.{1,${width}}`, "gsu")) ?? [])) {
        const joined = `${lines.at(-1)} ${word}`;
        if (lines.length > 0 && visibleLength(joined) <= width)
            lines[lines.length - 1] = joined;
        else
            lines.push(word);
    }
    return lines.length > 0 ? lines : [""];
}
