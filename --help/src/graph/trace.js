import { elementsAtCapacity, Tensor } from "./tensor.js";
export function workgroupsOf({ workgroups }) {
    return typeof workgroups === "number" || "capacity" in workgroups ? [workgroups] : workgroups;
}
let current;
const scopes = [];
/** Runs `build` and records every operation it calls. */
export function trace(build) {
    const outer = current;
    const fresh = { nodes: [], inputs: new Map() };
    current = fresh;
    try {
        return { trace: fresh, result: build() };
    }
    catch (error) {
        if (scopes.length > 0 && error instanceof Error && !error.message.includes("\n  while tracing ")) {
            error.message += `\n  while tracing ${scopes.join(".")}`;
        }
        throw error;
    }
    finally {
        current = outer;
        if (!outer)
            scopes.length = 0;
    }
}
export function currentTrace() {
    if (!current)
        throw new Error("operations can be called only while tracing; wrap the call in buildPlan(...) or evaluate(...)");
    return current;
}
/** Names what is traced inside, for profiles and errors. After an error the scope stays, so that the error can name it. */
export function scope(name, build) {
    scopes.push(name);
    const result = build();
    scopes.pop();
    return result;
}
export function currentScope() {
    return scopes.join(".");
}
export function record(node) {
    currentTrace().nodes.push({ ...node, scope: currentScope() });
}
/** A tensor that every run of the plan is given from the host, by name. */
export function input(name, shape, dtype = "f32") {
    const { inputs } = currentTrace();
    const known = inputs.get(name);
    if (known)
        return known;
    const storage = { kind: "input", label: name, bytes: elementsAtCapacity(shape) * 4 };
    const tensor = new Tensor({ shape, dtype, storage, label: name });
    inputs.set(name, tensor);
    return tensor;
}
/** Memory without a value yet, for kernels that fill it piece by piece. */
export function empty(label, spec) {
    currentTrace();
    const storage = { kind: "slot", label, bytes: elementsAtCapacity(spec.shape) * 4, isExact: spec.isExact };
    return new Tensor({ shape: spec.shape, dtype: spec.dtype ?? "f32", storage, label });
}
