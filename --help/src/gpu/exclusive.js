import { EngineError } from "./errors.js";
/** `what` names what runs, for the message: "the policy update". */
export function createExclusive(what) {
    let isRunning = false;
    return async (work) => {
        if (isRunning)
            throw new EngineError(`${what} is still running; await the call before you call it again`);
        isRunning = true;
        try {
            return await work();
        }
        finally {
            isRunning = false;
        }
    };
}
