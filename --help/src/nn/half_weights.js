import { align, createBuffer, destroyBuffer } from "../gpu/buffer.js";
import { EngineError } from "../gpu/errors.js";
import { build } from "../gpu/parts.js";
import { buildPlan } from "../graph/plan.js";
import { externalTensor } from "../graph/tensor.js";
import { toHalf } from "../ops/to_half.js";
import { Embedding } from "./embedding.js";
import { LanguageModel } from "./language_model.js";
import { Module } from "./module.js";
/** How matrix products read weights. With f16 they read copies rounded to 16 bits; AdamW changes the weights themselves. */
export const WEIGHT_STORAGE = ["f32", "f16"];
/**
 * Claims a module's weights. In plans that are built from now on, products read the weights as `storage` says.
 * @throws EngineError while another claim on the module needs the other storage
 */
export async function claimWeights(placed, storage) {
    // One claim after the other: what the copies of an earlier one come to decides what this one finds.
    const turn = placed.claiming.then(() => claim(placed, storage));
    placed.claiming = turn.then(() => { }, () => { });
    return turn;
}
async function claim(placed, storage) {
    const current = placed.halves ? "f16" : "f32";
    if (placed.claims > 0 && storage !== current) {
        throw new EngineError(`weights is ${storage}; it must be ${current} for a model that is in use with ${current}; destroy its other trainer first`);
    }
    await setWeightStorage(placed, storage);
    placed.claims += 1;
    let isOpen = true;
    return {
        release: () => {
            if (isOpen)
                placed.claims -= 1;
            isOpen = false;
        },
    };
}
async function setWeightStorage(placed, storage) {
    if (storage === "f32" && placed.halves) {
        placed.halves.destroy();
        placed.halves = undefined;
        for (const { parameter } of placed.placements)
            parameter.half = undefined;
    }
    if (storage === "f16" && !placed.halves)
        placed.halves = await createHalves(placed);
}
function createHalves(placed) {
    const { device, module, placements } = placed;
    const gathered = gatheredOnly(module);
    const matrices = placements.filter(({ parameter }) => parameter.shape.length === 2 && !gathered.has(parameter));
    return build(async (own) => {
        const copies = matrices.map((placement) => own(createCopy(placed, placement)));
        const trace = () => {
            for (const { from, half } of copies)
                toHalf(from, half);
        };
        const plan = await buildPlan(device, "16-bit weights", () => {
            trace();
            return {};
        });
        own(plan);
        const refresh = () => plan.run();
        refresh();
        for (const { parameter, half } of copies)
            parameter.half = half;
        return { bytes: copies.reduce((sum, { half }) => sum + half.storage.bytes, 0), trace, refresh };
    });
}
/** A 16-bit copy of one matrix, and the matrix as a flat tensor. Both include padding, so that words hold whole pairs. */
function createCopy({ device, shards }, { name, parameter, shard, offset }) {
    const bytes = align(parameter.shape.reduce((a, b) => a * b, 4));
    const { buffer: source } = shards[shard].window;
    const buffer = createBuffer(device, `half ${name}`, bytes / 2);
    return {
        parameter,
        destroy: () => destroyBuffer(device, buffer),
        from: externalTensor(name, { buffer: source, offset, size: bytes }, [bytes / 4]),
        half: externalTensor(`half ${name}`, { buffer, offset: 0, size: bytes / 2 }, [bytes / 8], "u32"),
    };
}
/** Embedding tables that no product reads, which are all except one that the head is tied to. */
function gatheredOnly(module) {
    const found = new Set();
    const visit = (value) => {
        if (value instanceof Embedding)
            found.add(value.weight);
        else if (value instanceof Module)
            Object.values(value).forEach(visit);
        else if (Array.isArray(value))
            value.forEach(visit);
    };
    visit(module);
    if (module instanceof LanguageModel)
        found.delete(module.head());
    return found;
}
