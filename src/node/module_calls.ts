import { brief, quoted } from "../options/quote.ts";
import { RewardError, type RewardInput } from "../rl/scoring/rewards.ts";

/** One call that has no answer yet. */
interface Call {
  readonly input: RewardInput;
  readonly resolve: (scores: never) => void;
  readonly reject: (error: Error) => void;
  timer?: ReturnType<typeof setTimeout>;
}

/** The calls of a module that have no answer yet, in their order. */
export function createCalls(path: string) {
  const calls = new Map<number, Call>();
  /** Those that the thread has begun, in its order. */
  let begun: number[] = [];
  let next = 0;
  const settle = (id: number): Call | undefined => {
    const call = calls.get(id);
    clearTimeout(call?.timer);
    calls.delete(id);
    begun = begun.filter((one) => one !== id);
    return call;
  };
  const wait = (id: number, milliseconds: number, then: () => void): void => {
    const call = calls.get(id);
    if (call) call.timer = setTimeout(then, milliseconds);
  };
  return {
    add: (call: Call): number => {
      calls.set(next, call);
      return next++;
    },
    waiting: (): readonly number[] => [...calls.keys()],
    inputOf: (id: number): RewardInput => calls.get(id)!.input,
    begin: (id: number, milliseconds: number, overdue: () => void): void => {
      begun.push(id);
      wait(id, milliseconds, overdue);
    },
    wait,
    lastBegun: (): number | undefined => begun.at(-1),
    /** The thread has ended: what it had begun counts as not begun. */
    forgetBegun: (): readonly number[] => {
      const forgotten = begun;
      begun = [];
      for (const call of calls.values()) clearTimeout(call.timer);
      return forgotten;
    },
    resolve: (id: number, scores: unknown): void => settle(id)?.resolve(scores as never),
    fail: (id: number, reason: string): void => {
      const call = settle(id);
      call?.reject(failure(path, reason, call.input));
    },
    rejectAll: (error: Error): void => {
      for (const id of [...calls.keys()]) settle(id)?.reject(error);
    },
  };
}

export type ModuleCalls = ReturnType<typeof createCalls>;

function failure(path: string, reason: string, { prompts }: RewardInput): RewardError {
  return new RewardError(`The reward ${brief(path)} failed on the prompt ${quoted(prompts[0])}: ${brief(reason, 240)}.`);
}
