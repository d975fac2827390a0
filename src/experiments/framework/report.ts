import { markdownTable } from "./markdown.ts";
import type { Provenance } from "./study.ts";
import { type Verdict, verdictSentence, verdictWord } from "./verdict.ts";

export interface ReportParts {
  readonly title: string;
  /** What is asked, in plain words. */
  readonly question: string;
  /** Markdown of what a reader looks for first; may be empty. */
  readonly inShort: string;
  readonly verdicts: readonly Verdict[];
  /** Markdown of the study's own, each part with its heading. */
  readonly sections: readonly string[];
  readonly provenance: Provenance;
  readonly quick: boolean;
}

/** report.md of any study. */
export function reportMarkdown({ title, question, inShort, verdicts, sections, provenance, quick }: ReportParts): string {
  return [
    `# ${title}`,
    `${verdictSentence(verdicts)}${quick ? " (This was a quick run: only what short runs can tell is judged.)" : ""}`,
    ...missingSentence(provenance),
    question,
    ...(inShort ? [inShort] : []),
    verdictTable(verdicts),
    ...sections,
    provenanceSection(provenance),
  ].join("\n\n");
}

/** What a partial report lacks, in one sentence; empty where it lacks nothing. */
function missingSentence({ cells: { run, skipped, missing = [] } }: Provenance): string[] {
  if (missing.length === 0) return [];
  const named = missing.slice(0, MOST_NAMED).join(", ");
  const more = missing.length > MOST_NAMED ? ` and ${missing.length - MOST_NAMED} more` : "";
  const whole = run + skipped + missing.length;
  return [
    `**This report is partial**: ${missing.length} of ${whole} runs are not there yet (${named}${more}). A claim that lacks a run is open.`,
  ];
}

const MOST_NAMED = 6;

/** Every claim with its numbers and PASS or FAIL. */
function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => [verdict.claim, verdict.measured, `**${verdictWord(verdict)}**`]);
  return markdownTable(["claim", "measured", "verdict"], rows, { numbers: false });
}

/** How to make the report again, and where its numbers come from. */
function provenanceSection({ command, adapter, commit, trainedBy = {}, date, seconds, cells }: Provenance): string {
  const earlier = cells.skipped > 0 ? `, ${cells.skipped} of them before this command` : "";
  const versions = Object.entries(trainedBy).map(([version, runs]) => `${version} (${runs})`);
  const writer = versions.length === 0 && cells.skipped === 0 ? commit : `${commit} wrote the report`;
  return [
    "## Where these numbers come from",
    "",
    `* command: \`${command}\``,
    `* commit: ${writer}`,
    ...(versions.length > 0 ? [`* commits that trained, with their runs as far as they were kept: ${versions.join(", ")}`] : []),
    `* adapter: ${adapter}`,
    `* date: ${date}; ${cells.run + cells.skipped} runs in ${(seconds / 60).toFixed(1)} minutes${earlier}`,
    "* everything above is in `summary.json`; `--report-only` writes this page and its pictures again from it",
    "",
  ].join("\n");
}
