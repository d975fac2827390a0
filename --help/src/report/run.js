import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parse } from "yaml";
import { brief, reasonOf } from "../options/quote.js";
import { parseFindings } from "./findings.js";
import { parseMetrics } from "./metrics.js";
/** Reads RUN/metrics.jsonl and, if they are there, RUN/diagnostics.jsonl and RUN/config.yaml. Throws a one-line Error when there is nothing to read. */
export async function loadRun(folder) {
    const file = join(folder, "metrics.jsonl");
    const text = await readFile(file, "utf8").catch(() => {
        throw new Error(`${brief(folder)} holds no readable metrics.jsonl; give a run folder such as runs/quickstart.`);
    });
    const metrics = readable(file, text, parseMetrics);
    if (metrics.length === 0)
        throw new Error(`${brief(file)} has no steps yet; wait for the run's first step.`);
    const entropy = readEntropySection(await readFile(join(folder, "config.yaml"), "utf8").catch(() => ""));
    return {
        name: basename(resolve(folder)),
        folder,
        metrics,
        findings: await loadFindings(folder),
        ...(typeof entropy.controller === "string" && { method: entropy.controller }),
        ...(typeof entropy.limit === "number" && { alphaLimit: entropy.limit }),
    };
}
/** Reads RUN/diagnostics.jsonl; a run without one has no findings. Throws a one-line Error when it is damaged. */
export async function loadFindings(folder) {
    const file = join(folder, "diagnostics.jsonl");
    return readable(file, await readFile(file, "utf8").catch(() => ""), parseFindings);
}
function readable(file, text, parseItems) {
    try {
        return parseItems(text);
    }
    catch (error) {
        throw new Error(`${brief(file)}: ${reasonOf(error)}; repair or remove that line.`);
    }
}
/** What a run's configuration says in its section `entropy`; empty where the file cannot be read. */
function readEntropySection(yaml) {
    try {
        const { entropy, changes = [] } = parse(yaml);
        const isChanged = changes.some(({ option }) => option === "entropy.limit");
        return { controller: entropy?.controller, limit: isChanged ? undefined : entropy?.limit };
    }
    catch {
        return {};
    }
}
