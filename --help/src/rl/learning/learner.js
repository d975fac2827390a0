import { build } from "../../gpu/parts.js";
import { requireFinite } from "../../nn/finite.js";
import { OPTIMIZER_STATE } from "../../ops/records.js";
import { ADAMW_DEFAULTS, createAdamW } from "../../optim/adamw.js";
import { createPolicyUpdate } from "../../policy/update.js";
import { mayTakeSeveral, passRows } from "../run.js";
import { microBatches, packBatch, totalsOf } from "./micro_batches.js";
export async function createLearner(run) {
    const { device, model, config, controller, loss } = run;
    const { grpo, seed } = config;
    const { gate, tau, alphaNorm } = config.entropy;
    const { optimizer, update, destroy } = await build(async (own) => {
        const optimizer = own(createAdamW(model.placed, { ...ADAMW_DEFAULTS, ...grpo }));
        const update = await createPolicyUpdate({
            ...{ device, optimizer, controller, seed },
            model: model.module,
            loss: { ...grpo, gate, tau, alphaNorm, loss },
            rows: passRows(run),
            sequences: grpo.prompts * grpo.completions,
            activations: grpo.activations,
            mayTakeSeveral: mayTakeSeveral(run),
        });
        return { optimizer, update: own(update) };
    });
    let skipped = 0;
    let last;
    return {
        learn: async (samples, sampled, step) => {
            const started = performance.now();
            const totals = totalsOf(samples);
            const packing = { aggregate: grpo.aggregate, maxLength: grpo.maxNewTokens };
            const batches = microBatches(samples, grpo.microBatchRows).map((group) => packBatch(group, totals, packing));
            // Draws count from 1, because draw 0 belongs to the sampler's random numbers.
            const firstDraw = step * grpo.updatesPerRollout + 1;
            const updates = [];
            for (let i = 0; i < grpo.updatesPerRollout && totals.responseTokens > 0; i += 1) {
                // The sampler's entropies are of the policy before the first update.
                updates.push(await update.step(batches, grpo.learningRate, i === 0 ? sampled : undefined, firstDraw + i));
            }
            skipped = updates.at(-1)?.skipped ?? skipped;
            last = updates.length > 0 ? { batches, draw: firstDraw } : undefined;
            const state = updates.at(-1) ?? (await update.readControl());
            return { updates, state, skipped, milliseconds: performance.now() - started };
        },
        explainSkipped: async (place) => last && update.explainSkipped(last.batches, place, last.draw),
        save: async () => {
            const { moments, state } = await optimizer.save();
            requireFinite(moments, "the moments of AdamW", "they are not saved; go on from the last checkpoint");
            return { control: await update.readControl(), optimizer: state, moments };
        },
        load: ({ control, optimizer: state, moments }) => {
            // The controller refuses the state of another one, and does so before anything changes.
            update.writeControl(control);
            optimizer.load({ moments, state });
            ({ skipped } = OPTIMIZER_STATE.read(state));
        },
        describe: () => update.describe(),
        destroy,
    };
}
