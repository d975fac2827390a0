import { loadModel } from "../../src/node/load_model.js";
import { GRPOTrainer } from "../../src/rl/grpo_trainer.js";
import { tasks } from "../../src/tasks/index.js";
import { timeOnHost } from "../sampling.js";
/** As in configs/quickstart.yaml: 32 problems with prompts of 8 tokens, and 8 completions each, of about 6 tokens (at most 8). */
const SEQUENCES = 256;
const PROMPT_TOKENS = 8;
const COMPLETION_TOKENS = 6;
/** Elements of the matrices of countdown-base. */
const PARAMETERS = 2 * (64 * 192 + 64 * 64 + 64 * 352 + 176 * 64) + 16 * 64;
/** The quickstart's whole step: rollout, rewards, advantages, update. */
export const grpoStepCase = {
    name: "grpo_step",
    shape: "quickstart",
    flops: SEQUENCES * (PROMPT_TOKENS + COMPLETION_TOKENS) * (2 + 6) * PARAMETERS,
    bytes: 4 * (8 + COMPLETION_TOKENS) * PARAMETERS,
    prepare: async (context) => {
        const session = await openSession(context);
        return {
            // Of the ratio between the trainer's first forward pass and the sampler's, which is 1 except for rounding.
            tolerance: 1e-4,
            check: async () => {
                const { metrics } = await session.step();
                const again = await openSession(context);
                const repeated = (await again.step()).metrics;
                again.destroy();
                for (const key of ["loss", "entropy", "reward", "num_tokens", "grad_norm"]) {
                    if (metrics[key] !== repeated[key] || !Number.isFinite(metrics[key])) {
                        throw new Error(`wrong: the same seed gave ${key} ${metrics[key]}, then ${repeated[key]}`);
                    }
                }
                const ratios = [metrics["sampling/importance_sampling_ratio/min"], metrics["sampling/importance_sampling_ratio/max"]];
                return Math.max(...ratios.map((ratio) => Math.abs(ratio - 1)));
            },
            time: async () => {
                let step;
                const sample = await timeOnHost(async () => {
                    step = await session.step();
                });
                return { ...sample, ...partsOf(step) };
            },
            destroy: () => session.destroy(),
        };
    },
};
async function openSession({ device }) {
    const model = await loadModel(device, "countdown-base");
    const trainer = new GRPOTrainer({ device, model, task: tasks.countdown({}), entropy: { target: 0.35 } });
    return {
        step: () => trainer.step(),
        destroy: () => {
            void trainer.destroy().then(() => model.destroy());
        },
    };
}
/** A step's tokens, and what its time was spent on, from its own metrics. */
function partsOf({ metrics, entries }) {
    const sampled = entries.reduce((sum, { completion }) => sum + completion.ids.length, 0);
    const tokens = entries.reduce((sum, { promptIds }) => sum + promptIds.length, sampled);
    const samplingRate = metrics["sampling/tokens_per_second"];
    const trainingRate = metrics["training/tokens_per_second"];
    const details = {
        samplingShare: sampled / samplingRate / metrics.step_time,
        trainingShare: tokens / trainingRate / metrics.step_time,
        samplingTokensPerSecond: samplingRate,
        trainingTokensPerSecond: trainingRate,
    };
    return { tokens, details };
}
