import { markdownTable } from "./markdown.ts";
import type { StudyReport } from "./study.ts";
import { verdictSentence, verdictWord } from "./verdict.ts";

export type NamedReport = StudyReport & { readonly name: string };

/** Several studies as one page: one table has all claims, then every report follows whole. Pictures stay in the folder of their study. */
export function combinedMarkdown(reports: readonly NamedReport[]): string {
  const names = reports.map(({ name }) => name);
  const verdicts = reports.flatMap(({ name, verdicts }) => verdicts.map((verdict) => ({ name, ...verdict })));
  const rows = verdicts.map((verdict) => [verdict.name, verdict.claim, verdict.measured, `**${verdictWord(verdict)}**`]);
  return [
    `# ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`,
    verdictSentence(verdicts),
    markdownTable(["study", "claim", "measured", "verdict"], rows, { numbers: false }),
    ...reports.map(({ name, markdown }) => withinPage(markdown, name)),
  ].join("\n\n");
}

/** A report with its headings one level further down, and with its pictures where the folder above finds them. */
function withinPage(markdown: string, folder: string): string {
  return markdown.replaceAll(/^#+ /gm, (heading) => `#${heading}`).replaceAll(/(!\[[^\]]*\]\()([^)/]+\.svg\))/g, `$1${folder}/$2`);
}
