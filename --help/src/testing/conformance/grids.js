import { add } from "../../ops/add.js";
import { embedding } from "../../ops/embedding.js";
import { layerNorm } from "../../ops/layer_norm.js";
import { rmsNormOp } from "../../ops/rms_norm.js";
import { tokenStatistics } from "../../ops/token_statistics.js";
import { addReference } from "../reference/add.js";
import { embeddingReference } from "../reference/embedding.js";
import { layerNormReference } from "../reference/layer_norm.js";
import { rmsNormReference } from "../reference/rms_norm.js";
import { tokenStatisticsReference } from "../reference/token_statistics.js";
import { normal } from "../values.js";
import { measuresOf } from "./ops.js";
/** A prime above the 65,535 workgroups that WebGPU grants a dimension, so that the grid is folded and its last row is not full. */
const ROWS = 65_539;
/** More values than such a grid of 64 lanes has, with one value to a lane. */
const VALUES = 65_536 * 64 + 129;
/** Numbers of -1 to 1 that are cheap to make and repeat late. */
function cheap(shape, seed) {
    const count = shape.reduce((a, b) => a * b, 1);
    const data = new Float64Array(count);
    for (let i = 0; i < count; i += 1)
        data[i] = Math.fround((Math.imul(i + seed, 0x9e3779b1) >> 8) / 2 ** 23);
    return { shape, data };
}
function indices(rows, below) {
    return { shape: [rows], dtype: "u32", data: Float64Array.from({ length: rows }, (_, row) => (row * 7) % below) };
}
/** Made only when it runs, because the inputs take memory. */
const CASES = {
    [`add over ${VALUES} values`]: () => ({
        tolerance: 2e-7,
        inputs: { a: cheap([VALUES, 1], 1), b: cheap([VALUES, 1], 2) },
        op: ({ a, b }) => ({ y: add(a, b) }),
        reference: addReference,
    }),
    [`embedding of ${VALUES} values`]: () => ({
        tolerance: 0,
        inputs: { tokens: indices(VALUES, 11), weight: normal([11, 1], 2) },
        op: ({ tokens, weight }) => ({ y: embedding(tokens, weight) }),
        reference: embeddingReference,
    }),
    [`rms_norm of ${ROWS} rows`]: () => ({
        tolerance: 2e-5,
        inputs: { x: cheap([ROWS, 3], 1), weight: normal([3], 2) },
        op: ({ x, weight }) => ({ y: rmsNormOp({ x: x, weight: weight }, { eps: 1e-5 }).y }),
        reference: (inputs) => ({ y: rmsNormReference(inputs, 1e-5).y }),
    }),
    [`layer_norm of ${ROWS} rows`]: () => ({
        tolerance: 2e-5,
        inputs: { x: cheap([ROWS, 5], 1), weight: normal([5], 2), bias: normal([5], 3) },
        op: ({ x, weight, bias }) => ({ y: layerNorm(x, weight, bias, 1e-2) }),
        reference: (inputs) => layerNormReference(inputs, 1e-2),
    }),
    [`token_statistics of ${ROWS} rows`]: () => ({
        tolerance: 2e-5,
        inputs: { logits: cheap([ROWS, 131], 1), actions: indices(ROWS, 131) },
        op: ({ logits, actions }) => ({ statistics: tokenStatistics(logits, actions, { inverseTemperature: 1 }) }),
        reference: (inputs) => tokenStatisticsReference(inputs, 1),
    }),
};
function gridCase(name, make) {
    const [op, ...title] = name.split(" ");
    const complete = () => ({ ...make(), name: op, title: title.join(" ") });
    return {
        name,
        level: name.startsWith("token_statistics") || name.startsWith("layer_norm") ? "full" : "default",
        skip: (device) => tooSmall(device),
        run: ({ device }) => measuresOf(device, complete()),
    };
}
function tooSmall({ limits, name }) {
    const wanted = VALUES * 4;
    return limits.maxStorageBufferBindingSize < wanted ? `${name} binds fewer than ${wanted} bytes` : undefined;
}
export const gridsGroup = {
    name: "grids",
    description: "more workgroups than 65,535, the most that WebGPU grants a dimension",
    cases: Object.entries(CASES).map(([name, make]) => gridCase(name, make)),
};
