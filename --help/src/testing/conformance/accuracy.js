import { createRandom } from "../../random.js";
import { runWgsl } from "./run_wgsl.js";
/** "Accuracy of concrete floating point expressions", https://www.w3.org/TR/WGSL/#concrete-float-accuracy. */
const FUNCTIONS = {
    addition: { wgsl: "v + w", exact: (x, z) => x + z, ulp: () => 0.5, low: -100, high: 100 },
    multiplication: { wgsl: "v * w", exact: (x, z) => x * z, ulp: () => 0.5, low: -100, high: 100 },
    division: { wgsl: "v / w", exact: (x, z) => x / z, ulp: () => 2.5, low: 0.01, high: 100 },
    sqrt: { wgsl: "sqrt(v)", exact: Math.sqrt, ulp: () => 4, low: 1e-3, high: 1e4 },
    inverseSqrt: { wgsl: "inverseSqrt(v)", exact: (x) => 1 / Math.sqrt(x), ulp: () => 2, low: 1e-3, high: 1e4 },
    exp: { wgsl: "exp(v)", exact: Math.exp, ulp: (x) => 3 + 2 * Math.abs(x), low: -80, high: 80 },
    "log above 2": { wgsl: "log(v)", exact: Math.log, ulp: () => 3, low: 2, high: 1e5 },
};
const COUNT = 4096;
function accuracyCase(name, { wgsl, exact, ulp, low, high }) {
    return {
        name: `${name} is as exact as WGSL demands`,
        level: "quick",
        details: { seed: "3", range: `${low} to ${high}` },
        run: async ({ device, note }) => {
            const random = createRandom(3);
            const draw = () => Float32Array.from({ length: COUNT }, () => low + (high - low) * random.uniform());
            const [x, z] = [draw(), draw()];
            const kernel = `
        @group(0) @binding(0) var<storage, read> x: array<f32>; // [N]
        @group(0) @binding(1) var<storage, read> z: array<f32>; // [N]
        @group(0) @binding(2) var<storage, read_write> y: array<f32>; // [N]
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
          let v = x[id.x];
          let w = z[id.x];
          y[id.x] = select(${wgsl}, 0.0, w == -12345.0);
        }`;
            const y = await runWgsl(device, { name: "accuracy", wgsl: kernel, inputs: { x, z }, count: COUNT, workgroups: COUNT / 64 });
            let [worst, most] = [0, 0];
            for (let i = 0; i < COUNT; i += 1) {
                const right = exact(x[i], z[i]);
                const off = Math.abs(y[i] - right) / unitInTheLastPlace(right);
                if (!(off <= most))
                    most = Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
                if (!(off / ulp(x[i]) <= worst))
                    worst = Number.isNaN(off) ? Number.POSITIVE_INFINITY : off / ulp(x[i]);
            }
            note(`largest error of ${name}`, `${most.toFixed(2)} ulp`);
            return [{ name: "share of what is allowed", error: worst, tolerance: 1.001 }];
        },
    };
}
/** The distance of 32-bit floats around a number. */
function unitInTheLastPlace(x) {
    return 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(x)))) - 23);
}
export const accuracyGroup = {
    name: "accuracy",
    description: "arithmetic and functions within the errors that WGSL allows",
    cases: Object.entries(FUNCTIONS).map(([name, accuracy]) => accuracyCase(name, accuracy)),
};
