import { brief } from "../../options/quote.js";
import { ConfigError } from "../../rl/config/index.js";
import { reportMarkdown } from "./report.js";
import { parseSettings, withQuick } from "./settings.js";
import { openInQuickRuns } from "./verdict.js";
/** A study with all that studies share: its settings are checked, its claims judged, and its report written. */
export function defineStudy(definition) {
    const { name, description, version, schema } = definition;
    const parse = (value, quick = false) => parseSettings(schema, withQuick(value, quick));
    function prepare(value, { quick, shipped }) {
        const settings = parse(value, quick);
        // The cells check what the settings say to train, so that the study's own check reads nothing unchecked.
        const cells = definition.cells(settings);
        refuseSharedFolders(cells);
        definition.check?.(settings, parse(shipped));
        return { settings, cells, findings: (results) => definition.findings(settings, results) };
    }
    async function report(summary, shipped) {
        const settings = parse(summary.settings);
        // What `findings` above made of them.
        const findings = summary.findings;
        definition.check?.(settings, parse(shipped));
        const { provenance, quick } = summary;
        const verdicts = openInQuickRuns(definition.verdicts(settings, findings), quick);
        const sections = definition.sections(settings, findings);
        const markdown = reportMarkdown({
            title: definition.title,
            question: definition.question(settings),
            verdicts,
            sections,
            provenance,
            quick,
        });
        return { markdown, verdicts, pictures: await definition.pictures(settings, findings) };
    }
    return { name, description, version, prepare, report };
}
function refuseSharedFolders(cells) {
    const names = cells.map(({ name }) => name);
    const shared = names.find((name, i) => names.indexOf(name) < i);
    if (shared === undefined)
        return;
    throw new ConfigError([`two runs share the folder ${brief(shared)}; give arms and groups names that differ in letters or digits`]);
}
