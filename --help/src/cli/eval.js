import { loadModel } from "../node/load_model.js";
import { openDevice } from "../node/open_device.js";
import { MOST } from "../options/limits.js";
import { readYaml } from "../options/yaml.js";
import { formatTable } from "../report/table.js";
import { evaluateTask } from "../rl/evaluation/evaluate_task.js";
import { UsageError } from "./errors.js";
import { summarize } from "./evaluation_table.js";
import { addAdapterOption, addExamples, addJsonOption, addMemoryOption, decimal, integer } from "./options.js";
import { readTask } from "./task.js";
export function register(command) {
    command
        .requiredOption("--model <dir>", "folder of a model")
        .option("--task <yaml>", "task and its options", "{ name: countdown, numbers: 3, max: 9 }")
        .option("--prompts <n>", "held-out problems (default: all)", integer({ min: 1 }))
        .option("--completions <n>", "completions of each problem: the k of pass@k", integer({ min: 1, max: MOST.completions }), 8)
        .option("--temperature <t>", "sampling temperature; 0 takes the most probable token", decimal({ min: 0 }), 1)
        .option("--max-new-tokens <n>", "longest completion (default: the task's)", integer({ min: 1, max: MOST.tokens }))
        .option("--seed <seed>", "seed of the sampling", integer({ min: 0, max: 0xffffffff }), 0)
        .action(evaluate);
    addAdapterOption(command);
    addMemoryOption(command);
    addJsonOption(command);
    addExamples(command, [
        [
            "eval --model models/checkpoints/countdown-base",
            "pass@1 (sampled and greedy), pass@8 and entropy on all held-out countdown problems",
        ],
        [
            "eval --model runs/quickstart/checkpoints/step-000060 --temperature 0.6 --json",
            "a trained checkpoint at another temperature, as JSON",
        ],
    ]);
}
async function evaluate(options) {
    const task = readTask(readYaml(options.task, "--task"));
    const held = task.problems("eval").length;
    checkSampled(Math.min(options.prompts ?? held, held), options.completions);
    const device = await openDevice({ adapter: options.adapter });
    const model = await loadModel(device, options.model);
    const { prompts, completions, temperature, maxNewTokens, seed, memory } = options;
    const result = await evaluateTask({
        device,
        model,
        task,
        completions,
        temperature,
        seed,
        ...(prompts !== undefined && { prompts }),
        ...(maxNewTokens !== undefined && { maxNewTokens }),
        ...(memory !== undefined && { memory }),
    });
    const problems = result.entries.length / completions;
    const summary = { ...summarize(result), k: result.k, distinct: result.distinct, prompts: problems, adapter: device.name };
    process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : `${describe(summary)}\n`);
    if (prompts !== undefined && prompts > held) {
        process.stderr.write(`--prompts ${prompts} is more than there are: the task holds out ${held} problems, and all of them were taken\n`);
    }
    for (const part of [model, device])
        part.destroy();
}
function checkSampled(prompts, completions) {
    if (prompts === 0)
        throw new UsageError("the task holds out no problems; give it a heldOut above 0");
    if (prompts * completions <= MOST.sampled)
        return;
    throw new UsageError(`${prompts} prompts with ${completions} completions each are more than ${MOST.sampled}; lower --completions or --prompts`);
}
function describe(summary) {
    const rows = [
        ["problems", String(summary.prompts)],
        ["pass@1, sampled", summary.passAt1.toFixed(3)],
        ["pass@1, greedy", summary.greedy?.toFixed(3) ?? "-"],
        [`pass@${summary.k}`, summary.passAtK.toFixed(3)],
        [`distinct right answers of ${summary.k}`, summary.distinct.toFixed(2)],
        ["entropy (nats per token)", summary.entropy.toFixed(3)],
        ["adapter", summary.adapter],
    ];
    return formatTable([{ heading: "measure" }, { heading: "value", align: "right" }], rows);
}
