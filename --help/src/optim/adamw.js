import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../gpu/buffer.js";
import { externalTensor } from "../graph/tensor.js";
import { createFlatBuffers, loadFlatBuffers, parameterShards, readParameters } from "../nn/place.js";
import { adamwStep } from "../ops/adamw.js";
import { adamwCheck } from "../ops/adamw_check.js";
import { gradientNorm } from "../ops/gradient_norm.js";
import { OPTIMIZER_STATE } from "../ops/records.js";
import { createHeartbeat } from "./heartbeat.js";
/** The usual values for language models; eps is PyTorch's default. */
export const ADAMW_DEFAULTS = { betas: [0.9, 0.95], eps: 1e-8 };
/** Makes AdamW for the parameters of a placed module: buffers for gradients and moments, and the step over them. */
export function createAdamW(placed, options) {
    const { device } = placed;
    const gradients = createFlatBuffers(placed, "gradients");
    const first = createFlatBuffers(placed, "first moments");
    const second = createFlatBuffers(placed, "second moments");
    const buffer = createBuffer(device, "optimizer state", OPTIMIZER_STATE.size * 4);
    const window = { buffer, offset: 0, size: OPTIMIZER_STATE.size * 4 };
    const state = externalTensor("optimizer_state", window, [OPTIMIZER_STATE.size]);
    const parameters = parameterShards(placed);
    const heartbeat = createHeartbeat(device);
    return {
        gradients,
        state,
        heartbeat,
        sinks: (accumulate) => new Map([...gradients.of].map(([parameter, onto]) => [parameter, { onto, accumulate }])),
        step: (learningRate) => {
            gradientNorm(gradients.shards, state, { maxGradNorm: options.maxGradNorm, betas: options.betas });
            const shards = placed.shards.map(({ decayEnd }, i) => [
                { parameters: parameters[i], gradients: gradients.shards[i], first: first.shards[i], second: second.shards[i], state },
                { learningRate, betas: options.betas, eps: options.eps, weightDecay: options.weightDecay, decayEnd },
            ]);
            adamwCheck(shards);
            for (const [shard, rates] of shards)
                adamwStep(shard, rates);
            placed.halves?.trace();
        },
        save: async () => {
            const moments = new Map();
            for (const [name, array] of await readParameters(placed, first))
                moments.set(`first.${name}`, array);
            for (const [name, array] of await readParameters(placed, second))
                moments.set(`second.${name}`, array);
            const [bytes] = await readBuffers(device, [window]);
            // The norm of a skipped step is NaN, which JSON cannot hold; every step computes it anew.
            const { norm, ...state } = OPTIMIZER_STATE.read(new Float32Array(bytes));
            return { moments, state: OPTIMIZER_STATE.pack({ ...state, norm: Number.isFinite(norm) ? norm : 0 }) };
        },
        load: (saved) => {
            loadFlatBuffers(placed, first, withPrefix(saved.moments, "first."));
            loadFlatBuffers(placed, second, withPrefix(saved.moments, "second."));
            const record = Float32Array.from(saved.state);
            uploadBuffer(device, window, record);
            heartbeat.restart(record);
        },
        destroy: () => {
            for (const flat of [gradients, first, second])
                flat.destroy();
            destroyBuffer(device, buffer);
        },
    };
}
function withPrefix(map, prefix) {
    return new Map([...map].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]));
}
