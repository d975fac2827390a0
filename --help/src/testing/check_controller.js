import { traceControl } from "../control/define.js";
import { meanLoop, measure, nameOfFloat, packState, readState } from "../control/state.js";
import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../gpu/buffer.js";
import { buildPlan } from "../graph/plan.js";
import { externalTensor } from "../graph/tensor.js";
/**
 * Runs a controller on the GPU over a script of entropies, one update for each entry. Its own `step` in double precision runs beside it,
 * from the same start.
 */
export async function checkController(device, controller, script) {
    let expected = controller.initial();
    let actual = readState(Float32Array.from(packState(expected)));
    const floats = packState(expected).length;
    const window = { buffer: createBuffer(device, "control", floats * 4), offset: 0, size: floats * 4 };
    const plan = await buildPlan(device, `controller ${controller.name}`, () => {
        traceControl(controller, externalTensor("control", window, [floats]));
        return {};
    });
    const steps = [];
    let [error, where] = [0, "nowhere"];
    const count = "plant" in script ? script.steps : script.length;
    for (let index = 0; index < count; index += 1) {
        const told = "plant" in script ? script.plant(toRecord(actual), index) : script[index];
        const measured = (typeof told === "number" ? [{ entropy: told, tokens: 1 }] : told).map(rounded);
        uploadBuffer(device, window, Float32Array.from(packState(measure(actual, measured))));
        plan.run();
        actual = readState(new Float32Array((await readBuffers(device, [window]))[0]));
        const fed = measure(expected, measured);
        expected = controller.law?.step(fed) ?? fed;
        const twin = packState(expected);
        packState(actual).forEach((value, i) => {
            const difference = Object.is(value, twin[i]) ? 0 : Math.abs(value - twin[i]);
            if (!(difference <= error)) {
                [error, where] = [Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference, `${nameOfFloat(i)} after step ${index}`];
            }
        });
        steps.push(toRecord(actual));
    }
    plan.destroy();
    destroyBuffer(device, window.buffer);
    return { steps, error, where };
}
function rounded({ entropy, tokens }) {
    return { entropy: Math.fround(entropy), tokens };
}
function toRecord({ control, loops }) {
    const tokens = loops.map(({ token_count }) => token_count);
    return { ...control, ...meanLoop(loops, tokens), loops };
}
