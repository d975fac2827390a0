import { markdownTable } from "./markdown.js";
import { verdictSentence, verdictWord } from "./verdict.js";
/** report.md of any study. */
export function reportMarkdown({ title, question, verdicts, sections, provenance, quick }) {
    return [
        `# ${title}`,
        `${verdictSentence(verdicts)}${quick ? " (This was a quick run: only what short runs can tell is judged.)" : ""}`,
        question,
        verdictTable(verdicts),
        ...sections,
        provenanceSection(provenance),
    ].join("\n\n");
}
/** Every claim with its numbers and PASS or FAIL. */
function verdictTable(verdicts) {
    const rows = verdicts.map((verdict) => [verdict.claim, verdict.measured, `**${verdictWord(verdict)}**`]);
    return markdownTable(["claim", "measured", "verdict"], rows, { numbers: false });
}
/** How to make the report again, and where its numbers come from. */
function provenanceSection({ command, adapter, commit, date, seconds, cells }) {
    const earlier = cells.skipped > 0 ? `, ${cells.skipped} of them before the last interruption` : "";
    return [
        "## Where these numbers come from",
        "",
        `* command: \`${command}\``,
        `* commit: ${commit}`,
        `* adapter: ${adapter}`,
        `* date: ${date}; ${cells.run + cells.skipped} runs in ${(seconds / 60).toFixed(1)} minutes${earlier}`,
        "* everything above is in `summary.json`; `--report-only` writes this page and its pictures again from it",
        "",
    ].join("\n");
}
