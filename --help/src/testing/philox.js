import { evaluate } from "../graph/plan.js";
import { input } from "../graph/trace.js";
import { defineOp } from "../ops/define.js";
const philox = defineOp({
    name: "philox",
    shape: ({ counters }) => ({ words: { shape: [counters.size(0), 4], dtype: "u32" } }),
    forward: ({ inputs, outputs }) => [
        {
            kernel: {
                name: "philox",
                wgsl: `import package::lib::random::philox;
          @group(0) @binding(0) var<storage, read> counters: array<u32>; // [N, 6]
          @group(0) @binding(1) var<storage, read_write> words: array<vec4u>; // [N, 4]
          @compute @workgroup_size(1) fn main(@builtin(workgroup_id) w: vec3u) {
            let i = 6u * w.x;
            let counter = vec4u(counters[i], counters[i + 1u], counters[i + 2u], counters[i + 3u]);
            words[w.x] = philox(counter, vec2u(counters[i + 4u], counters[i + 5u]));
          }`,
            },
            bindings: { ...inputs, ...outputs },
            workgroups: inputs.counters.size(0),
        },
    ],
});
const most = 0xffffffff;
const COUNTERS = [
    [0, 0, 0, 0, 0, 0],
    [most, most, most, most, most, most],
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0],
];
/** The known answers of Philox4x32-10's authors, and those of the GPU. */
export async function philoxAnswers(device) {
    const [words] = await evaluate(device, () => [philox({ counters: input("counters", [3, 6], "u32") }, {}).words], {
        inputs: { counters: Uint32Array.from(COUNTERS.flat()) },
    });
    const known = "6627e8d5 e169c58d bc57ac4c 9b00dbd8 408f276d 41c83b0e a20bc7c6 6d5451fd d16cfe09 94fdcceb 5001e420 24126ea1";
    return { actual: words, expected: Uint32Array.from(known.split(" "), (word) => Number.parseInt(word, 16)) };
}
