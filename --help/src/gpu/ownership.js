import { EngineError } from "./errors.js";
/** Which device each buffer and kernel was made on, and which buffers were destroyed. Dawn would fail the device before it told. */
const owners = new WeakMap();
const retired = new WeakSet();
/** Notes that a buffer or a kernel belongs to a device. */
export function own({ identity, name }, thing) {
    owners.set(thing, { identity, name });
    return thing;
}
/** Notes that a buffer is destroyed. */
export function retire(thing) {
    retired.add(thing);
}
/** What a buffer was called, without the size that its label carries. */
export function nameOf(label) {
    return label.replace(/ of \d+ bytes$/, "");
}
/**
 * Refuses what belongs to another device or was destroyed. What the engine did not make passes.
 * @throws EngineError naming the thing and who wanted it
 */
export function assertUsable({ identity, name }, thing, label, wantedBy) {
    const what = nameOf(label);
    if (retired.has(thing))
        throw new EngineError(`${wantedBy}: ${what} was destroyed; make it again, or destroy it last`);
    const owner = owners.get(thing);
    if (owner === undefined || owner.identity === identity)
        return;
    const other = owner.name === name ? `another device on ${name}` : `the device ${owner.name}`;
    throw new EngineError(`${wantedBy}: ${what} belongs to ${other}, not to the one in use; make or load everything with one device`);
}
