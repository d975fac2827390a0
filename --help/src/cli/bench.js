import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { compareWith, NOISE_RULE, parseReport } from "../../bench/compare.js";
import { runCases } from "../../bench/harness.js";
import { chooseCases } from "../../bench/suite.js";
import { failureRow, heading, preamble, row } from "../../bench/table.js";
import { writeWhole } from "../io/write_whole.js";
import { openDevice } from "../node/open_device.js";
import { FailedError, UsageError } from "./errors.js";
import { addAdapterOption, addExamples, decimal, readUserFile } from "./options.js";
export function register(command) {
    command
        .argument("[name...]", "families, or words that the name and shape of a case contain (default: all cases); see --list")
        .option("--json <file>", "write the results to this file")
        .option("--compare <file>", "show each row's ratio to the median in an earlier --json file, and mark what moved")
        .option("--seconds <n>", "how long to time a case", decimal({ min: 0.001 }), 1)
        .option("--list", "list the cases, and run none")
        .action(bench);
    addAdapterOption(command);
    addExamples(command, [
        ["bench matmul", "matrix products: times, GFLOP/s, the share of what this GPU can do, and the error against double precision"],
        ["bench --json before.json", "the whole suite, minutes on a software GPU; the file is for --compare"],
        ["bench attention --compare before.json", "what became slower or faster since"],
    ]);
}
async function bench(words, options) {
    const cases = asUsage(() => chooseCases(words));
    if (options.list) {
        for (const { name, shape } of cases)
            show(`${name} ${shape}`);
        return;
    }
    const { compare } = options;
    const text = compare === undefined ? undefined : await readUserFile(compare);
    const earlier = text === undefined ? undefined : asUsage(() => parseReport(text, compare));
    if (options.json !== undefined && !existsSync(dirname(options.json))) {
        throw new UsageError(`There is no folder ${dirname(options.json)} for ${options.json}; make it first.`);
    }
    await measure(cases, earlier, options);
}
async function measure(cases, earlier, options) {
    const device = await openDevice({ adapter: options.adapter, timestamps: true });
    const report = await runCases(device, cases, {
        seconds: options.seconds,
        start: (clock, ceilings) => {
            show(preamble(device.name, device.software, clock, ceilings));
            if (earlier)
                show(`earlier   ${earlier.date} on ${earlier.adapter}; ${NOISE_RULE}`);
            show(`\n${heading(device.software, earlier !== undefined)}`);
        },
        result: (result) => show(row(result, earlier && (compareWith(earlier, result) ?? "new"))),
        failure: (failure) => show(failureRow(failure)),
    });
    if (options.json !== undefined)
        await writeWhole(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
    if (earlier)
        await confirm(device, cases, earlier, report, options);
    device.destroy();
    if (report.failures.length === 0)
        return;
    const names = report.failures.map(({ name, shape }) => `${name} ${shape}`);
    throw new FailedError(`${names.length} of ${cases.length} cases failed: ${names.join(", ")}`);
}
/** Times again the rows that seem to have moved, because another program on the machine can slow down all samples of one row. */
async function confirm(device, cases, earlier, { results }, { seconds }) {
    const verdicts = new Map(results.map((result) => [nameOf(result), compareWith(earlier, result)?.verdict ?? "same"]));
    const suspects = cases.filter((one) => ["slower", "faster"].includes(verdicts.get(nameOf(one)) ?? "same"));
    const moved = { slower: [], faster: [] };
    if (suspects.length > 0) {
        show("\ntimed again, because it seems to have moved:");
        const result = (again) => {
            const comparison = compareWith(earlier, again);
            const { verdict } = comparison;
            show(row(again, comparison));
            if (verdict !== "same" && verdict === verdicts.get(nameOf(again)))
                moved[verdict].push(nameOf(again));
        };
        await runCases(device, suspects, { seconds, result, failure: (failure) => show(failureRow(failure)) });
    }
    const lines = Object.entries(moved).map(([verdict, names]) => `${verdict} both times: ${names.join(", ") || "nothing"}`);
    show(`\n${lines.join("\n")}`);
}
function nameOf({ name, shape }) {
    return `${name} ${shape}`;
}
function show(text) {
    process.stdout.write(`${text}\n`);
}
/** Turns an error in what the user gave into a UsageError. */
function asUsage(parse) {
    try {
        return parse();
    }
    catch (error) {
        throw new UsageError(error.message);
    }
}
