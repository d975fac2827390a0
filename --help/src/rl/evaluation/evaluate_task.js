import { explained } from "../../gpu/explain.js";
import { build } from "../../gpu/parts.js";
import { checkHostMemory } from "../memory/host.js";
import { fitSampling } from "../memory/sampling.js";
import { checkProblems, checkVocabulary } from "../problems.js";
import { FULL_DISTRIBUTION, longestPrompt, samplerFor } from "../sampling/sampler_for.js";
import { taskReward } from "../scoring/rewards.js";
import { evaluatePolicy, scoredBy } from "./evaluate.js";
/** Evaluates a model on a task's held-out problems, sampled and greedy; builds what it needs and frees it again. */
export async function evaluateTask(options) {
    const { device, model, task, completions, seed } = options;
    const problems = task.problems("eval").slice(0, options.prompts ?? Number.POSITIVE_INFINITY);
    checkProblems(`the held-out problems of the task ${task.name}`, problems);
    checkVocabulary(model.tokenizer, problems.map(({ prompt }) => prompt), task.stop);
    const maxNewTokens = options.maxNewTokens ?? task.maxCompletionLength;
    const wanted = problems.length * completions;
    checkHostMemory(device, { completions: wanted, maxNewTokens, options: `${problems.length} prompts x ${completions} completions` });
    const shared = { longestPrompt: longestPrompt(model, problems), completions: wanted, maxNewTokens, stop: task.stop };
    const samplersOn = (on, { module, tokenizer }, sequencesAtOnce) => build(async (own) => {
        const each = { ...shared, device: on, model: { module, tokenizer }, sequencesAtOnce };
        const sampler = own(await samplerFor({ ...each, sampling: { temperature: options.temperature, ...FULL_DISTRIBUTION } }));
        const greedy = own(await samplerFor({ ...each, sampling: { temperature: 0, ...FULL_DISTRIBUTION } }));
        return { sampler, greedy };
    });
    const { sequencesAtOnce } = await fitSampling({ ...options, build: samplersOn });
    const samplers = await samplersOn(device, model, sequencesAtOnce);
    try {
        const { sampler, greedy } = samplers;
        const evaluate = () => evaluatePolicy({ model, problems, completions, seed, sampler, greedy, score: scoredBy(taskReward(task)) });
        return await explained(device, "the evaluation", evaluate);
    }
    finally {
        samplers.destroy();
    }
}
