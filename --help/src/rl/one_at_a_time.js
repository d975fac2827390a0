import { EngineError } from "../gpu/errors.js";
import { explained } from "../gpu/explain.js";
/** `owner` is what messages call the object: "the trainer". */
export function oneAtATime(device, owner) {
    let running;
    let isEnded = false;
    const enter = (call) => {
        if (isEnded)
            throw new EngineError(`${call} was called after ${owner} was destroyed; make another`);
        if (running !== undefined) {
            throw new EngineError(`${call} was called while ${running} of ${owner} is running; await that call first`);
        }
    };
    return {
        run: async (call, work) => {
            enter(call);
            running = call;
            try {
                return await explained(device, call, work);
            }
            finally {
                running = undefined;
            }
        },
        runNow: (call, work) => {
            enter(call);
            return work();
        },
        end: (call, work) => {
            if (isEnded)
                return;
            enter(call);
            isEnded = true;
            work();
        },
    };
}
