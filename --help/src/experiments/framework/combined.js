import { markdownTable } from "./markdown.js";
import { verdictSentence, verdictWord } from "./verdict.js";
/** Several studies as one page: one table has all claims, then every report follows whole. Pictures stay in the folder of their study. */
export function combinedMarkdown(reports) {
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
function withinPage(markdown, folder) {
    return markdown.replaceAll(/^#+ /gm, (heading) => `#${heading}`).replaceAll(/(!\[[^\]]*\]\()([^)/]+\.svg\))/g, `$1${folder}/$2`);
}
