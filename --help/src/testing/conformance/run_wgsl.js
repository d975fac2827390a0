import { evaluate } from "../../graph/plan.js";
import { input } from "../../graph/trace.js";
import { defineOp } from "../../ops/define.js";
/** Runs a kernel once and returns what it wrote to `y`. */
export async function runWgsl(device, run) {
    const op = defineOp({
        name: run.name,
        shape: () => ({ y: { shape: [run.count], dtype: run.dtype ?? "f32" } }),
        forward: ({ inputs, outputs }) => [
            {
                kernel: { name: run.name, wgsl: run.wgsl },
                bindings: { ...inputs, ...outputs },
                workgroups: run.workgroups,
                parameters: run.parameters ?? {},
            },
        ],
    });
    const symbolic = () => Object.fromEntries(Object.entries(run.inputs).map(([name, data]) => [name, input(name, [data.length], dtypeOf(data))]));
    const [y] = await evaluate(device, () => [op(symbolic(), {}).y], { inputs: run.inputs });
    return y;
}
function dtypeOf(data) {
    if (data instanceof Uint32Array)
        return "u32";
    return data instanceof Int32Array ? "i32" : "f32";
}
