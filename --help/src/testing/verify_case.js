import { createController } from "../control/index.js";
import { buildPlan } from "../graph/plan.js";
import { runScalar } from "../graph/scalar.js";
import { input } from "../graph/trace.js";
import { ppoClip } from "../loss/ppo_clip.js";
import { loadParameters, placeModule, readParameters } from "../nn/place.js";
import { inputRows, packRows } from "../nn/rows.js";
import { matmul } from "../ops/matmul/op.js";
import { TOKEN_INPUT } from "../ops/records.js";
import { createAdamW } from "../optim/adamw.js";
import { createScorer } from "../policy/score.js";
import { createPolicyUpdate } from "../policy/update.js";
import { relativeError } from "./check_op.js";
/** The largest relative error that each kind of tensor may have. */
export const TOLERANCES = {
    logits: 5e-5,
    logp: 5e-5,
    token_entropy: 5e-5,
    entropy: 5e-5,
    gated_fraction: 5e-5,
    loss: 5e-5,
    grad_norm: 2e-4,
    grad: 2e-4,
    after: 1e-3,
};
/** Runs a case on a device: the tensors that expected.safetensors holds, under the same names. */
export async function runCase(device, module, oracle) {
    const placed = placeModule(device, module);
    loadParameters(placed, oracle.model, oracle.name);
    const padded = readPadded(oracle);
    const batch = packCase(padded, oracle.options);
    const results = new Map();
    await forwardResults(device, module, padded, batch, oracle, results);
    await stepResults(device, module, placed, padded, batch, oracle, results);
    placed.destroy();
    return results;
}
function readPadded({ inputs, name }) {
    const column = (field) => {
        const found = inputs.get(field);
        if (!found)
            throw new Error(`case ${name}: inputs.safetensors lacks ${field}; it holds ${[...inputs.keys()].join(", ")}`);
        return found.data;
    };
    const [batch, length] = inputs.get("inputs").shape;
    const lengths = Array.from(column("lengths"));
    const places = lengths.flatMap((count, b) => Array.from({ length: count }, (_, t) => b * length + t));
    return { batch, length, lengths, places, column };
}
/** Drops the padding. The weight of a row is its share of the loss. */
function packCase(padded, options) {
    const { places, lengths, column, length, batch } = padded;
    const pick = (name) => Float32Array.from(places, (place) => column(name)[place]);
    const mask = pick("mask");
    const total = mask.reduce((a, b) => a + b, 0);
    const perSequence = new Float64Array(batch);
    places.forEach((place, row) => {
        perSequence[Math.floor(place / length)] += mask[row];
    });
    const weightOf = (sequence) => {
        if (options.aggregate === "sequence-mean")
            return 1 / (batch * Math.max(1, perSequence[sequence]));
        return options.aggregate === "constant" ? 1 / (batch * options.max_len) : 1 / Math.max(1, total);
    };
    const [oldLogp, referenceLogp] = [pick("old_logp"), pick("ref_logp")];
    const tokenInputs = new Float32Array(places.length * TOKEN_INPUT.size);
    places.forEach((place, row) => {
        const sequence = Math.floor(place / length);
        const counts = mask[row] > 0;
        const own = TOKEN_INPUT.pack({
            old_logp: oldLogp[row],
            reference_logp: referenceLogp[row],
            advantage: column("advantages")[sequence],
            weight: counts ? weightOf(sequence) : 0,
            mask: counts ? 1 : 0,
            control_weight: 1,
        });
        tokenInputs.set(own, row * TOKEN_INPUT.size);
    });
    const sequenceBegin = new Uint32Array(batch + 1);
    lengths.forEach((count, b) => {
        sequenceBegin[b + 1] = sequenceBegin[b] + count;
    });
    return {
        rows: places.length,
        sequences: batch,
        inputs: {
            tokens: Uint32Array.from(places, (place) => column("inputs")[place]),
            actions: Uint32Array.from(places, (place) => column("actions")[place]),
            token_inputs: tokenInputs,
            sequence_begin: sequenceBegin,
            ...packRows(lengths),
        },
    };
}
async function forwardResults(device, module, padded, batch, oracle, results) {
    const { places, column } = padded;
    const plan = await buildPlan(device, "logits", () => {
        const rows = runScalar("rows", batch.rows);
        const hidden = module.forward(input("tokens", [rows], "u32"), inputRows(rows));
        return { keep: [matmul(hidden, module.head(), { layout: "NT" })] };
    });
    const { tokens, positions, sequence_start, sequence_end } = batch.inputs;
    plan.run({
        scalars: { rows: batch.rows },
        inputs: { tokens: tokens, positions: positions, sequence_start: sequence_start, sequence_end: sequence_end },
    });
    const [logits] = await plan.read(plan.result.keep);
    plan.destroy();
    const scorer = await createScorer({
        device,
        model: module,
        rows: batch.rows,
        temperature: oracle.options.temperature ?? 1,
        ...(oracle.chunkBytes === undefined ? {} : { chunkBytes: oracle.chunkBytes }),
    });
    const scores = await scorer.score(batch);
    scorer.destroy();
    const spread = (width, value) => {
        const out = new Float32Array(padded.batch * padded.length * width);
        places.forEach((place, row) => {
            if (column("mask")[place] === 0)
                return;
            for (let i = 0; i < width; i += 1)
                out[place * width + i] = value(row, i);
        });
        return out;
    };
    const V = module.vocabSize;
    const shape = [padded.batch, padded.length];
    results.set("logits", { shape: [...shape, V], data: spread(V, (row, i) => logits[row * V + i]) });
    results.set("logp", { shape, data: spread(1, (row) => scores.logprobs[row]) });
    results.set("token_entropy", { shape, data: spread(1, (row) => scores.entropies[row]) });
}
async function stepResults(device, module, placed, padded, batch, oracle, results) {
    const { adamw } = oracle;
    const optimizer = createAdamW(placed, {
        betas: adamw.betas,
        eps: adamw.eps,
        weightDecay: adamw.weight_decay,
        maxGradNorm: adamw.max_grad_norm,
    });
    const update = await createPolicyUpdate({
        device,
        model: module,
        optimizer,
        controller: createController({ controller: "fixed", alpha: oracle.options.alpha ?? 0 }),
        loss: lossOptions(oracle.options),
        rows: batch.rows,
        sequences: padded.batch,
        ...(oracle.chunkBytes === undefined ? {} : { chunkBytes: oracle.chunkBytes }),
        ...(oracle.activations === undefined ? {} : { activations: oracle.activations }),
    });
    const scalar = (name, value) => void results.set(name, { shape: [], data: Float32Array.of(value) });
    for (let step = 0; step < adamw.steps; step += 1) {
        const result = await update.step([batch], adamw.lr, []);
        scalar(`loss.${step}`, result.loss);
        scalar(`grad_norm.${step}`, result.gradNorm);
        if (step > 0)
            continue;
        scalar("entropy", result.control.entropy);
        scalar("gated_fraction", result.control.gated_fraction);
        for (const [name, array] of await readParameters(placed, optimizer.gradients))
            results.set(`grad.${name}`, array);
    }
    for (const [name, array] of await readParameters(placed))
        results.set(`after.${name}`, array);
    update.destroy();
    optimizer.destroy();
}
function lossOptions(options) {
    return {
        temperature: options.temperature ?? 1,
        loss: ppoClip({ clipLow: options.eps_low ?? 0.2, clipHigh: options.eps_high ?? 0.2, dualClip: options.dual_clip ?? null }),
        beta: options.beta ?? 0,
        entropyCoef: options.entropy_coef ?? 0,
        gate: options.gate ?? "probability",
        tau: options.tau ?? 0.95,
        alphaNorm: options.alpha_norm ?? "all",
        aggregate: options.aggregate ?? "token-mean",
    };
}
/** The largest relative error of each quantity, and the tensor it was found in. */
export function compareCase(actual, expected) {
    const worst = new Map();
    for (const [name, { data }] of expected) {
        const quantity = name.split(".")[0];
        const found = actual.get(name);
        const error = found && found.data.length === data.length ? relativeError(found.data, data) : Number.POSITIVE_INFINITY;
        const known = worst.get(quantity);
        if (!known || !(error <= known.error))
            worst.set(quantity, { error, tensor: name });
    }
    return worst;
}
