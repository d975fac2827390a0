import { capacityOf, product } from "../../graph/scalar.js";
import { register, registerWay } from "./families/register.js";
import { subgroup } from "./families/subgroup.js";
import { tiled, wideConditions } from "./families/tiled.js";
import { vector } from "./families/vector.js";
import { isEmpty, problemOf } from "./problem.js";
/** The first family that suits a device is the device's family. */
const FAMILIES = { tiled, subgroup, vector, register };
function familyOf(device) {
    return Object.values(FAMILIES).find((family) => family.suits(device));
}
/** The kernels of one product on a device: those that tuning chose, else those of the family that the call names, else the plain kernel. */
export function matmulLaunches(call, device) {
    const problem = problemOf(call);
    const launches = wayOf(call, device).launches(problem, device);
    const { rows, columns, inner } = problem.sizes;
    // Several dispatches of a product (packing, parts of a sum) count alike, because only their sum matters.
    const operations = product(2 / launches.length, rows, columns, inner);
    return launches.map((launch) => ({ ...launch, operations }));
}
function wayOf(call, device) {
    const { family, tile } = call.attributes;
    if (isEmpty(problemOf(call).sizes))
        return registerWay;
    const { key, ways } = questionOf(call, device);
    return ways[device.tuning.choice(key) ?? ""] ?? (family ? FAMILIES[family].way(tile) : registerWay);
}
const NOTHING_TO_ASK = { key: "", ways: {} };
/** A call that names a family gets it unchecked. Only a tile that such a call leaves open is found by measuring. */
export function questionOf(call, device) {
    const { family, tile, activation } = call.attributes;
    const problem = problemOf(call);
    const isOpen = family === undefined || (family === "tiled" && tile === undefined && device.tuning.measures);
    if (isEmpty(problem.sizes) || !isOpen)
        return NOTHING_TO_ASK;
    const ways = (family ? FAMILIES[family] : familyOf(device)).candidates(problem, device);
    const [first, second] = Object.values(ways);
    if (!first)
        return NOTHING_TO_ASK;
    if (!second)
        return { key: variantsOf(first.launches(problem, device)), ways };
    return { key: [classOf(problem), activation, problem.conditions.HALF_B && "HALF_B"].filter(Boolean).join(" "), ways };
}
/** The class of products that share a choice: sizes to the nearest power of two, which matrices load in quads, and the parts of K. */
function classOf({ sizes, layout, splits }) {
    const powers = [sizes.rows, sizes.columns, sizes.inner].map((size) => Math.round(Math.log2(capacityOf(size))));
    const wide = Object.values(wideConditions(layout, sizes)).map(Number);
    return `matmul ${layout} 2^${powers.join(" 2^")}, wide ${wide.join("")}, parts ${splits}`;
}
/** The kernels and their variants in words. Products with the same words are right or wrong together. */
export function variantsOf(dispatches) {
    return dispatches.map(({ kernel, variant }) => `${kernel} ${settings(variant?.constants)} ${settings(variant?.conditions)}`).join("; ");
}
function settings(values = {}) {
    const set = Object.entries(values).filter(([, value]) => value !== false);
    return set.map(([name, value]) => (value === true ? name : `${name}=${value}`)).join(" ");
}
