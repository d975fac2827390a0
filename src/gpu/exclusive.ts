import { EngineError } from "./errors.ts";

/** Runs one call at a time of something whose calls share GPU memory. A call that comes too early is refused and changes nothing. */
export type Exclusive = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** `what` names what runs, for the message: "the policy update". */
export function createExclusive(what: string): Exclusive {
  let isRunning = false;
  return async (work) => {
    if (isRunning) throw new EngineError(`${what} is still running; await the call before you call it again`);
    isRunning = true;
    try {
      return await work();
    } finally {
      isRunning = false;
    }
  };
}
