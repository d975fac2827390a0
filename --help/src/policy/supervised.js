import { createReader } from "../gpu/buffer.js";
import { createExclusive } from "../gpu/exclusive.js";
import { submitPass } from "../gpu/launch.js";
import { firstNotFinite } from "../gpu/nan_check.js";
import { differentiate } from "../graph/differentiate.js";
import { buildPlan } from "../graph/plan.js";
import { runScalar } from "../graph/scalar.js";
import { input } from "../graph/trace.js";
import { inputRows } from "../nn/rows.js";
import { add } from "../ops/add.js";
import { addOnto } from "../ops/add_onto.js";
import { crossEntropy } from "../ops/cross_entropy.js";
import { BATCH_METRICS, OPTIMIZER_STATE, TOKEN_INPUT } from "../ops/records.js";
import { rewriteActivations } from "./activations.js";
import { chunksOf } from "./chunks.js";
import { headBackward, headStatistics } from "./head.js";
/** Plans one step of supervised learning: cross-entropy of packed rows, its gradient, and AdamW. */
export async function createSupervisedUpdate(options) {
    const { device, model, optimizer } = options;
    const plan = await buildPlan(device, "supervised update", () => {
        const rows = runScalar("rows", options.rows);
        const hidden = model.forward(input("tokens", [rows], "u32"), inputRows(rows)); // [N, C]
        const head = {
            hidden,
            weight: model.head(),
            actions: input("actions", [rows], "u32"),
            inverseTemperature: 1,
            chunks: chunksOf(rows, model.vocabSize, options.chunkBytes),
        };
        const saved = headStatistics(head);
        const { coefficients, metrics } = crossEntropy(saved.statistics, input("token_inputs", [rows, TOKEN_INPUT.size]));
        const sinks = optimizer.sinks(0);
        const headSink = sinks.get(head.weight.tensor);
        const gradHidden = headBackward(head, saved, coefficients, headSink);
        sinks.set(head.weight.tensor, { ...headSink, accumulate: 1 });
        differentiate({ seeds: new Map([[hidden, gradHidden]]), sinks, add, addOnto });
        optimizer.step(runScalar("learning_rate"));
        return { keep: [metrics], rewrite: rewriteActivations(options.activations, [metrics]) };
    });
    const wanted = ["tokens", "actions", "token_inputs", "positions", "sequence_start", "sequence_end"];
    const reader = createReader(device, { metrics: plan.windowOf(plan.result.keep[0]), optimizer: optimizer.state.storage.window });
    const step = async (batch, learningRate) => {
        plan.upload(Object.fromEntries(wanted.map((name) => [name, batch.inputs[name]])));
        const scalars = { rows: batch.rows, learning_rate: learningRate };
        submitPass(device, plan.label, (recording) => plan.encode(recording, scalars), reader.encode);
        const bytes = await reader.read();
        const state = new Float32Array(bytes.optimizer);
        optimizer.heartbeat.beat(state);
        const { loss } = BATCH_METRICS.read(new Float32Array(bytes.metrics));
        const { norm, scale, skipped } = OPTIMIZER_STATE.read(state);
        return { loss, gradNorm: norm, wasSkipped: scale === 0, skipped };
    };
    const alone = createExclusive("the supervised update");
    return {
        step: (batch, learningRate) => alone(() => step(batch, learningRate)),
        // At this learning rate the optimiser skips the step whatever the gradients are.
        explainSkipped: (batch, place) => alone(() => firstNotFinite(device, place, () => step(batch, Number.NaN))),
        destroy: () => {
            plan.destroy();
            reader.destroy();
        },
    };
}
