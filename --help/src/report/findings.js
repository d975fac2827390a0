/** A finding as a log says it while the run goes on. */
export function formatFinding({ name, step, severity, message, advice }) {
    return `${severity}: ${name} at step ${step}: ${message}; ${advice}`;
}
/** The findings of a run for its end. Each name stands once, with all its steps and what was said last. Without findings the text is empty. */
export function formatFindings(findings) {
    const names = [...new Set(findings.map(({ name }) => name))];
    const blocks = names.map((name) => {
        const same = findings.filter((finding) => finding.name === name);
        const { severity, message, advice } = same.at(-1);
        const steps = same.map(({ step }) => step).join(", ");
        return `  ${severity}: ${name} (step${same.length > 1 ? "s" : ""} ${steps}): ${message}\n    -> ${advice}`;
    });
    return blocks.join("\n");
}
/** Parses diagnostics.jsonl. A last line that was cut off by a crash is left out; any other bad line throws an Error naming its number. */
export function parseFindings(text) {
    const lines = text.split("\n");
    return lines.flatMap((line, index) => {
        if (line.trim() === "")
            return [];
        const finding = parseLine(line);
        if (!finding && index < lines.length - 1)
            throw new Error(`line ${index + 1} is not a finding with a name and a step`);
        return finding ? [finding] : [];
    });
}
function parseLine(line) {
    try {
        const value = JSON.parse(line);
        return typeof value?.name === "string" && typeof value.step === "number" ? value : undefined;
    }
    catch {
        return undefined;
    }
}
