import { controllers, createController } from "../../control/index.js";
import { createLoss, losses } from "../../loss/index.js";
import { createRandom } from "../../random.js";
import { checkController } from "../check_controller.js";
import { checkLoss } from "../check_loss.js";
function lossCase(name) {
    return {
        name: `loss ${name}`,
        level: "quick",
        run: async ({ device }) => {
            const { value, slope, flags } = await checkLoss(device, createLoss({ loss: name }));
            return [
                { name: "value", error: value, tolerance: 1e-5 },
                { name: "slope", error: slope, tolerance: 1e-5 },
                { name: "flags that differ", error: flags, tolerance: 0 },
            ];
        },
    };
}
const TARGET = 0.3;
/** Entropies far above, far below and at the target, a random walk from there, and batches that tell nothing. */
function entropies() {
    const random = createRandom(7);
    let entropy = TARGET;
    const walk = Array.from({ length: 12 }, () => {
        entropy = Math.max(0, entropy + 0.1 * random.normal());
        return entropy;
    });
    return [...Array(6).fill(TARGET + 3), ...Array(6).fill(0), TARGET, ...walk, Number.NaN, Number.POSITIVE_INFINITY, TARGET].map(Math.fround);
}
function controllerCase(name) {
    return {
        name: `controller ${name}`,
        level: "quick",
        run: async ({ device }) => {
            const { error } = await checkController(device, createController({ controller: name }), entropies());
            return [{ name: "state", error, tolerance: 2e-5 }];
        },
    };
}
export const methodsGroup = {
    name: "methods",
    description: "every policy loss and every controller beside its twin in double precision",
    cases: [...Object.keys(losses).map(lossCase), ...Object.keys(controllers).map(controllerCase)],
};
