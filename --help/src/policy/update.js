import { traceControl } from "../control/define.js";
import { resumedState, savedControl } from "../control/saved.js";
import { measuredFloats, packState, readState } from "../control/state.js";
import { createReader, readBuffers, uploadBuffer } from "../gpu/buffer.js";
import { EngineError } from "../gpu/errors.js";
import { createExclusive } from "../gpu/exclusive.js";
import { submitPass } from "../gpu/launch.js";
import { firstNotFinite } from "../gpu/nan_check.js";
import { build } from "../gpu/parts.js";
import { buildPlan } from "../graph/plan.js";
import { runScalar } from "../graph/scalar.js";
import { BATCH_METRICS, OPTIMIZER_STATE, TOKEN_INPUT } from "../ops/records.js";
import { rewriteActivations } from "./activations.js";
import { createArena, windowsOf } from "./arena.js";
import { gatedScope, traceMeasurement, tracePolicyStep } from "./policy_step.js";
/** Plans one optimiser step of policy learning, entropy control included; see docs/method.md. */
export async function createPolicyUpdate(options) {
    return build((own) => buildPolicyUpdate(options, own));
}
async function buildPolicyUpdate(options, own) {
    const { device, controller, optimizer } = options;
    const arena = own(createArena(device));
    const initial = Float32Array.from(packState(controller.initial()));
    const control = arena.make("control", [initial.length], "f32");
    const metrics = arena.make("metrics", [BATCH_METRICS.size], "f32");
    const count = arena.make("selected_count", [1], "f32");
    arena.write(control, initial);
    const traced = { ...options, control, metrics, count };
    const exact = own(await buildExactPlan(traced));
    // A measuring device must hear of everything that may be built later.
    let parts = device.measuring && options.mayTakeSeveral ? await buildAccumulatingPlans(traced, own) : undefined;
    const windows = windowsOf({ control, metrics, optimizer: optimizer.state, selected: count });
    const reader = own(createReader(device, windows));
    const submit = (plan, batch, scalars) => {
        if (batch)
            plan.upload(batch.inputs);
        submitPass(device, plan.label, (recording) => plan.encode(recording, scalars), reader.encode);
        return reader.read();
    };
    const finished = (read, last = read.at(-1)) => {
        optimizer.heartbeat.beat(new Float32Array(last.optimizer));
        return toResult(read, last);
    };
    const step = async (batches, learningRate, sampled, draw = 0) => {
        requireTokens(batches);
        const [batch, ...others] = batches;
        if (others.length === 0) {
            return finished([await submit(exact, batch, { ...sizes(batch), learning_rate: learningRate, draw, micro_batch: 0 })]);
        }
        parts ??= await buildAccumulatingPlans(traced, own);
        for (const [index, value] of await whatIsTold(traced, { batches, sampled, measure: parts.measure, submit })) {
            uploadBuffer(device, { ...windows.control, offset: index * 4, size: 4 }, Float32Array.of(value));
        }
        return finished(...(await accumulate(parts, { batches, learningRate, draw, submit })));
    };
    const alone = createExclusive("the policy update");
    return {
        step: (batches, learningRate, sampled, draw) => alone(() => step(batches, learningRate, sampled, draw)),
        explainSkipped: (batches, place, draw) => alone(async () => {
            const kept = [windows.control, windows.optimizer];
            const before = await readBuffers(device, kept);
            // At this learning rate the optimiser skips the step whatever the gradients are.
            const found = await firstNotFinite(device, place, () => step(batches, Number.NaN, undefined, draw));
            for (const [i, window] of kept.entries())
                uploadBuffer(device, window, new Float32Array(before[i]));
            optimizer.heartbeat.restart(new Float32Array(before[1]));
            return found;
        }),
        readControl: async () => savedControl(controller, readState(new Float32Array(await arena.read(control, initial.length)))),
        writeControl: (saved) => arena.write(control, Float32Array.from(packState(resumedState(controller, saved)))),
        describe: () => exact.describe(),
    };
}
/** The whole step in one plan: the entropy of this very batch sets alpha. */
function buildExactPlan(traced) {
    return buildStepPlan(traced, "policy update", () => {
        tracePolicyStep(traced, true);
        traced.optimizer.step(runScalar("learning_rate"));
    });
}
async function buildAccumulatingPlans(traced, own) {
    const { controller, optimizer } = traced;
    return {
        measure: own(await buildStepPlan(traced, "policy measurement", () => traceMeasurement(traced))),
        control: own(await buildStepPlan(traced, "control update", () => traceControl(controller, traced.control))),
        micro: own(await buildStepPlan(traced, "policy micro-batch", () => tracePolicyStep(traced, false))),
        optimize: own(await buildStepPlan(traced, "optimizer step", () => optimizer.step(runScalar("learning_rate")))),
    };
}
/**
 * The floats of the control state that all micro-batches together set: what the controller reads, and how many tokens are gated where the
 * control term is a mean over these. A forward pass measures what the sampler has not.
 */
async function whatIsTold({ loss, controller }, { batches, sampled, measure, submit }) {
    const countsGated = gatedScope(loss) === "batch";
    if (!countsGated && (sampled || !controller.law))
        return measuredFloats(sampled ?? []);
    const states = [];
    for (const { inputs, ...batch } of batches) {
        // A measurement goes by tokens, wherever sequences begin.
        const { sequence_begin: _, ...needed } = inputs;
        states.push(readState(new Float32Array((await submit(measure, { ...batch, inputs: needed }, sizes(batch))).control)));
    }
    const gated = states.reduce((sum, { control }) => sum + control.gated_count, 0);
    return measuredFloats(measuredOf(states), gated);
}
/** The step of several micro-batches, once the control state knows all of them. */
async function accumulate({ control, micro, optimize }, { batches, learningRate, draw, submit }) {
    await submit(control, undefined, {});
    const read = [];
    for (const [i, batch] of batches.entries()) {
        read.push(await submit(micro, batch, { ...sizes(batch), accumulate: i === 0 ? 0 : 1, draw, micro_batch: i }));
    }
    return [read, await submit(optimize, undefined, { learning_rate: learningRate })];
}
function buildStepPlan({ device, activations }, label, trace) {
    return buildPlan(device, label, () => {
        trace();
        return { rewrite: rewriteActivations(activations) };
    });
}
/** A step without tokens would move the weights by their moments and decay alone, and tell the controller an entropy of 0. */
function requireTokens(batches) {
    const masks = batches.map(({ inputs }) => TOKEN_INPUT.column(inputs.token_inputs, "mask"));
    if (masks.some((mask) => mask.some((value) => value > 0)))
        return;
    throw new EngineError(`a step of ${batches.length} batches holds no token to learn from; leave such a step out`);
}
function sizes(batch) {
    return { rows: batch.rows, sequences: batch.sequences };
}
function toResult(read, last) {
    const { norm, scale, skipped } = OPTIMIZER_STATE.read(new Float32Array(last.optimizer));
    const metrics = read.map((bytes) => BATCH_METRICS.read(new Float32Array(bytes.metrics)));
    return {
        loss: metrics.reduce((sum, { loss }) => sum + loss, 0),
        entropy: tokenMean(metrics, "entropy"),
        ...readState(new Float32Array(last.control)),
        measured: measuredOf(read.map((bytes) => readState(new Float32Array(bytes.control)))),
        metrics,
        gradNorm: norm,
        selected: read.reduce((sum, bytes) => sum + new Float32Array(bytes.selected)[0], 0),
        wasSkipped: scale === 0,
        skipped,
    };
}
/** The entropy of each loop's tokens over the micro-batches, weighted by its tokens in each. */
function measuredOf(states) {
    return states[0].loops.map((_, i) => {
        const tokens = states.reduce((sum, { loops }) => sum + loops[i].token_count, 0);
        const sum = states.reduce((total, { loops }) => total + loops[i].token_count * loops[i].batch_entropy, 0);
        return { tokens, entropy: sum / Math.max(1, tokens) };
    });
}
/** The mean of a metric over the tokens of all micro-batches, each of which reports a mean of its own. */
export function tokenMean(metrics, field) {
    const tokens = metrics.reduce((sum, { token_count }) => sum + token_count, 0);
    return metrics.reduce((sum, record) => sum + record[field] * record.token_count, 0) / Math.max(1, tokens);
}
