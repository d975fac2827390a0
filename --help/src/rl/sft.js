import { explained } from "../gpu/explain.js";
import { build } from "../gpu/parts.js";
import { claimWeights } from "../nn/half_weights.js";
import { assertOnDevice } from "../nn/on_device.js";
import { ADAMW_DEFAULTS, createAdamW } from "../optim/adamw.js";
import { warmupRate } from "../optim/schedule.js";
import { createSupervisedUpdate } from "../policy/supervised.js";
import { createRandom } from "../random.js";
import { evaluatePolicy, scoredBy } from "./evaluation/evaluate.js";
import { packBatch, totalsOf } from "./learning/micro_batches.js";
import { watchSkips } from "./learning/skipped_steps.js";
import { fitWarmStart } from "./memory/warm_start.js";
import { FULL_DISTRIBUTION, longestPrompt, samplerFor } from "./sampling/sampler_for.js";
import { taskReward } from "./scoring/rewards.js";
/**
 * Supervised warm start: the model learns a random solution of each prompt that it is shown. It ends when sampled answers are right
 * often enough (`stopAtPassAt1`) or the steps run out. It stops early on purpose: reinforcement learning needs a policy that is
 * sometimes right and sometimes wrong.
 * @throws SkippedStepsError when `stopAfterSkipped` steps in a row were skipped, because numbers were not finite
 */
export async function* warmStart(options) {
    const { config, task } = options;
    const { sft, seed } = config;
    const problems = task.problems("train");
    const random = createRandom(seed ^ 0x5f7a11ed);
    const watchStep = watchSkips(sft.stopAfterSkipped, `sft.stopAfterSkipped ${sft.stopAfterSkipped}`);
    const { sequencesAtOnce } = await planWarmStart(options);
    const learner = await createLearner(options, sequencesAtOnce);
    try {
        for (let step = 1; step <= sft.steps; step += 1) {
            const learningRate = warmupRate(sft.learningRate, sft.warmupSteps, step - 1);
            const batch = Array.from({ length: sft.batch }, () => solved(task, problems[random.integer(problems.length)], random.integer));
            const { loss, gradNorm, skipped, wasSkipped, explain } = await learner.learn(batch, learningRate);
            const measured = { step, loss, gradNorm, learningRate, skipped };
            await watchStep({ step, wasSkipped, explain, result: { ...measured, evaluation: undefined } });
            const evaluation = step % sft.evalEvery === 0 || step === sft.steps ? await learner.evaluate() : undefined;
            yield { ...measured, evaluation };
            if (evaluation && sft.stopAtPassAt1 !== null && evaluation.passAt1 >= sft.stopAtPassAt1)
                break;
        }
    }
    finally {
        learner.destroy();
    }
}
/**
 * Counts the bytes that a warm start needs, and finds the most sequences at a time that fit, without creating anything.
 * @throws MemoryError in one line for what does not fit, with the options that would help
 */
export function planWarmStart(options) {
    return fitWarmStart(options, createLearner);
}
function solved(task, problem, integer) {
    const solutions = task.solutions(problem);
    return { prompt: problem.prompt, completion: solutions[integer(solutions.length)] };
}
function createLearner(options, sequencesAtOnce) {
    return build((own) => buildLearner({ ...options, sequencesAtOnce }, own));
}
async function buildLearner(options, own) {
    const { device, model, task, config, sequencesAtOnce } = options;
    const { sft, seed } = config;
    const { completions } = config.eval;
    assertOnDevice(device, model.module, "the warm start");
    const claim = await claimWeights(model.placed, sft.weights);
    own({ destroy: claim.release });
    const maxLength = task.maxPromptLength + task.maxCompletionLength + 1;
    const optimizer = own(createAdamW(model.placed, { ...ADAMW_DEFAULTS, ...sft }));
    const rows = sft.batch * maxLength;
    const update = own(await createSupervisedUpdate({ device, model: model.module, optimizer, rows, activations: sft.activations }));
    const problems = task.problems("eval").slice(0, config.eval.prompts);
    const sampler = await samplerFor({
        device,
        model,
        longestPrompt: longestPrompt(model, problems),
        completions: problems.length * completions,
        sequencesAtOnce,
        maxNewTokens: task.maxCompletionLength,
        sampling: { temperature: 1, ...FULL_DISTRIBUTION },
        stop: task.stop,
    });
    own(sampler);
    const score = scoredBy(taskReward(task));
    return {
        learn: async (examples, learningRate) => {
            const samples = examples.map((example) => toSample(model, example));
            const batch = packBatch(samples, totalsOf(samples), { aggregate: "token-mean", maxLength });
            const learned = await explained(device, "a step of the warm start", () => update.step(batch, learningRate));
            return { ...learned, explain: (place) => update.explainSkipped(batch, place) };
        },
        evaluate: () => explained(device, "an evaluation", () => evaluatePolicy({ model, problems, completions, seed, sampler, score })),
    };
}
function toSample({ tokenizer }, { prompt, completion }) {
    const completionIds = tokenizer.encode(completion, { specialTokens: false });
    return { promptIds: tokenizer.encode(prompt), completionIds, oldLogprobs: new Float32Array(completionIds.length), advantage: 0 };
}
