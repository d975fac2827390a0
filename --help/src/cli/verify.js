import { join } from "node:path";
import { Option } from "commander";
import { createLogUpdate } from "log-update";
import writeFileAtomic from "write-file-atomic";
import { openDevice } from "../node/open_device.js";
import { conformanceGroups } from "../testing/conformance/index.js";
import { runConformance, selectCases } from "../testing/conformance/run.js";
import { FailedError, UsageError } from "./errors.js";
import { addAdapterOption, addExamples, addJsonOption } from "./options.js";
import { verifyReport } from "./verify/report.js";
import { readStoredCases, writeActual } from "./verify/stored_cases.js";
import { describeFailure, skippedReasons, summarize, summaryTable } from "./verify/summary.js";
export function register(command) {
    command
        .argument("[case...]", "folders of stored cases, or folders that hold several of them: only these are run")
        .option("--only <names>", "groups, or GROUP/PART of a case's name, separated by commas")
        .addOption(new Option("--quick", "a few cases of everything, in seconds").conflicts("full"))
        .option("--full", "everything that there is, in minutes")
        .option("--report <file>", "write a report in markdown, for a bug report on a driver")
        .option("--out <folder>", "write what this adapter computed of the stored cases to FOLDER/CASE/actual.safetensors")
        .action(verify);
    addAdapterOption(command);
    addJsonOption(command);
    addExamples(command, [
        ["verify", "tells whether this machine's GPU can be trusted: in about two minutes of processor time"],
        ["verify --quick", "the same in seconds"],
        ["verify --only ops/gelu,sampling", "the cases of one op, and a group"],
        ["verify --full --report verify.md", "everything, and a report that says all about the driver and each failed case"],
        ["verify my-cases --out results --adapter swiftshader", "runs every stored case below my-cases on one adapter and keeps its numbers"],
    ]);
}
async function verify(folders, options) {
    const level = options.full ? "full" : options.quick ? "quick" : "default";
    const { out } = options;
    const groups = conformanceGroups(await readStoredCases(folders), out ? (name, actual) => writeActual(join(out, name), actual) : undefined);
    const only = folders.length > 0 ? ["oracle"] : selectionOf(options.only, groups);
    if (options.report !== undefined)
        await writeReport(options.report, "");
    const device = await openDevice({ adapter: options.adapter });
    const view = progressView();
    const result = await runConformance(groups, {
        open: (wish) => openDevice({ adapter: options.adapter, ...wish }),
        level,
        only,
        onCase: view.show,
    });
    view.end();
    const { name } = device;
    if (options.report !== undefined) {
        await writeReport(options.report, verifyReport(result, { device, adapter: options.adapter, level, date: new Date() }));
    }
    device.destroy();
    process.stdout.write(options.json ? `${asJson(result, name, level)}\n` : `${asText(result, name)}\n`);
    const failed = result.outcomes.filter(({ status }) => status === "failed");
    if (failed.length > 0) {
        throw new FailedError(`${failed.length} of ${result.outcomes.length} cases failed on ${name}, first ${describeFailure(failed[0])}; try another adapter or driver`);
    }
}
/** The names of `--only`, each of which must mean a case. */
function selectionOf(names, groups) {
    const only = (names ?? "")
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean);
    for (const name of only) {
        if (selectCases(groups, { level: "full", only: [name] }).length > 0)
            continue;
        const known = groups.map((group) => group.name).join(", ");
        throw new UsageError(`--only names ${JSON.stringify(name.slice(0, 120))}, which is no case; groups are ${known}, and GROUP/PART names cases`);
    }
    return only;
}
async function writeReport(path, text) {
    try {
        await writeFileAtomic(path, text);
    }
    catch (error) {
        throw new UsageError(`--report ${path.slice(0, 120)} cannot be written (${error.code}); name a file in a folder that exists`);
    }
}
/** On a terminal: what runs, how far it is, and how long it may still take. */
function progressView() {
    if (!process.stderr.isTTY)
        return { show: () => { }, end: () => { } };
    const update = createLogUpdate(process.stderr, { showCursor: true });
    const start = performance.now();
    return {
        show: (group, name, done, total) => {
            const seconds = (performance.now() - start) / 1000;
            const left = done < 10 ? "" : `, about ${Math.ceil((seconds / done) * (total - done))} s left`;
            update(`${done} of ${total}${left}: ${group}/${name}`.slice(0, (process.stderr.columns ?? 80) - 1));
        },
        end: () => update.clear(),
    };
}
function asText({ outcomes, facts }, name) {
    const failed = outcomes.filter(({ status }) => status === "failed").map((one) => `FAIL ${describeFailure(one)}`);
    const shown = failed.length > SHOWN ? [...failed.slice(0, SHOWN), `... and ${failed.length - SHOWN} more (--report FILE has them all)`] : failed;
    const known = Object.entries(facts).map(([fact, value]) => `${fact}: ${value}`);
    return [
        name,
        summaryTable(summarize(outcomes)),
        ...skippedReasons(outcomes),
        ...(known.length > 0 ? [`this driver: ${known.join("; ")}`] : []),
        ...shown,
    ].join("\n");
}
/** Failed cases that a terminal shows. */
const SHOWN = 20;
function asJson({ outcomes, facts }, adapter, level) {
    const passed = outcomes.every(({ status }) => status !== "failed");
    // JSON has no infinity, which is the error of NaN.
    const finite = (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value);
    return JSON.stringify({ adapter, level, passed, facts, groups: summarize(outcomes), cases: outcomes }, finite, 2);
}
