import { capacityOf, derive } from "../../graph/scalar.js";
export function sizesOf({ a, b }, layout) {
    const [rows, inner] = layout === "TN" ? [a.shape[1], a.shape[0]] : [a.shape[0], a.shape[1]];
    const [columns, innerOfB] = layout === "NT" ? [b.shape[0], b.shape[1]] : [b.shape[1], b.shape[0]];
    return { rows, columns, inner, innerOfB };
}
/** The bits of `terms` in lib/epilogue.wgsl. */
const TERMS = { bias: 1, residual: 2, accumulate: 4 };
export function problemOf({ inputs, outputs, attributes }) {
    const { a, b, bias, residual, onto, x, half } = inputs;
    const { y, packed, partials, activated } = outputs;
    const { layout, activation, accumulate } = attributes;
    const sizes = sizesOf(inputs, layout);
    const BACKWARD = activation === "gelu backward";
    const beside = BACKWARD ? { x: x } : activation && { activated };
    const fixed = (bias ? TERMS.bias : 0) + (residual ? TERMS.residual : 0);
    return {
        sizes,
        layout,
        // A kernel's bindings are fixed, so b stands in for what the kernel does not read.
        bindings: { a, b: half ?? b, bias: bias ?? b, residual: residual ?? b, y, ...beside },
        conditions: { WIDE_Y: isWhole(sizes.columns) && !isEmpty(sizes), GELU: activation !== undefined, BACKWARD, HALF_B: half !== undefined },
        possibleTerms: fixed + (onto && accumulate !== 0 ? TERMS.accumulate : 0),
        terms: derive("terms", [accumulate], (adds) => fixed + (adds === 1 ? TERMS.accumulate : 0)),
        splits: splitsFor(layout, sizes),
        scratch: { packed, partials },
    };
}
/** How many workgroups keep a large GPU busy, the shortest part of K that is worth a workgroup, and the most parts. */
const ENOUGH_WORKGROUPS = 128;
const SHORTEST_PART = 256;
const MOST_PARTS = 32;
/**
 * Weight gradients sum over all rows of a batch into a small matrix, so few tiles have much to do. Their K is cut into parts, by a rule
 * that knows the shape alone, so that neither the tile nor the adapter's speed changes the order of the sum.
 */
export function splitsFor(layout, { rows, columns, inner }) {
    if (layout !== "TN")
        return 1;
    const tiles = Math.ceil(capacityOf(rows) / 64) * Math.ceil(capacityOf(columns) / 64);
    const wanted = Math.ceil(ENOUGH_WORKGROUPS / tiles);
    return Math.max(1, Math.min(wanted, MOST_PARTS, Math.floor(capacityOf(inner) / SHORTEST_PART)));
}
/** An empty matrix has no quad to bind, so the plain kernel computes its product, value by value. */
export function isEmpty({ rows, columns, inner }) {
    return [rows, columns, inner].some((size) => capacityOf(size) === 0);
}
/** Whether a row of this length is made of whole quads, which are four values each. */
export function isWhole(length) {
    return typeof length === "number" && length % 4 === 0;
}
export function layoutConditions(layout) {
    return { NN: layout === "NN", NT: layout === "NT", TN: layout === "TN" };
}
