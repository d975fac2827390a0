import { lostWork } from "../gpu/errors.js";
import { OPTIMIZER_STATE } from "../ops/records.js";
export function createHeartbeat(device) {
    let counted = 0;
    return {
        beat: (state) => {
            const now = stepsCounted(state);
            if (now !== counted + 1) {
                throw lostWork(device, `it counts ${now} optimiser steps where ${counted + 1} were submitted`);
            }
            counted = now;
        },
        restart: (state) => {
            counted = stepsCounted(state);
        },
    };
}
/** The steps that a state has counted in all: those made and those left out. */
function stepsCounted(state) {
    const { step, skipped } = OPTIMIZER_STATE.read(state);
    return step + skipped;
}
