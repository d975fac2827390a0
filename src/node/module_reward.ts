import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { isFile } from "../io/files.ts";
import { ConfigError } from "../options/problems.ts";
import { brief, quoted } from "../options/quote.ts";
import { RewardError, type RewardFunction, type RewardInput } from "../rl/scoring/rewards.ts";

/** What the thread is asked. */
export type ToThread = { readonly kind: "score"; readonly id: number; readonly input: RewardInput } | { readonly kind: "ping" };

/** What the thread answers. */
export type FromThread =
  | { readonly kind: "ready" | "alive" }
  | { readonly kind: "unusable"; readonly reason: string }
  | { readonly kind: "started"; readonly id: number }
  | { readonly kind: "scored"; readonly id: number; readonly scores: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly reason: string };

/** One call that has no answer yet. */
interface Call {
  readonly input: RewardInput;
  readonly resolve: (scores: never) => void;
  readonly reject: (error: Error) => void;
  timer?: ReturnType<typeof setTimeout>;
}

/** A thread that runs other code is asked again after so long. */
const ANSWER_MS = 1000;

const THREAD = new URL(import.meta.url.endsWith(".ts") ? "./reward_thread.ts" : "./reward_thread.js", import.meta.url);

/** Loads reward_thread, through tsx where this program itself runs from TypeScript that Node.js does not read. */
const BOOT = `
const { workerData: { thread, tsx } } = require("node:worker_threads");
(tsx && thread.endsWith(".ts") ? import(tsx).then(({ tsImport }) => tsImport(thread, thread)) : import(thread)).catch((error) => { throw error; });
`;

/** Where tsx is, which lets older releases of Node.js read TypeScript: beside the module, or beside this program. */
function findTsx(path: string): string | undefined {
  if ((process.features as { typescript?: unknown }).typescript) return undefined;
  for (const from of [path, fileURLToPath(import.meta.url)]) {
    try {
      return new URL("dist/esm/api/index.mjs", pathToFileURL(createRequire(from).resolve("tsx/package.json"))).href;
    } catch {
      // It is not installed there.
    }
  }
  return undefined;
}

/** How long a module may take. */
export interface ModuleLimits {
  /** The most seconds that the completions of one prompt may take. */
  readonly timeout: number;
  /** The most seconds that loading the module may take. */
  readonly loadTimeout?: number;
}

/**
 * The reward function of a module: its export `reward`, or its default export. It runs in a thread of its own, so that a call that never
 * returns can be ended: the thread is then started again, and the calls that were waiting are made again.
 * @throws ConfigError where the module cannot be loaded
 */
export async function loadRewardModule(path: string, { timeout, loadTimeout = 60 }: ModuleLimits): Promise<RewardFunction> {
  if (!(await isFile(path))) throw new ConfigError([`there is no reward module ${brief(path)}; check the path in task.rewards`]);
  const calls = createCalls(path);
  let thread: Worker;
  const start = async (): Promise<void> => {
    thread = await startThread(path, loadTimeout, { onMessage, onEnd });
    if (calls.waiting().length === 0) thread.unref();
    for (const id of calls.waiting()) send(id);
  };
  const send = (id: number): void => thread.postMessage({ kind: "score", id, input: calls.inputOf(id) } satisfies ToThread);
  const onEnd = (ended: Worker, reason: string): void => {
    if (ended !== thread) return;
    for (const id of calls.forgetBegun()) calls.fail(id, reason);
    start().catch((error: Error) => calls.rejectAll(error));
  };
  const onMessage = (message: FromThread): void => {
    if (message.kind === "started") calls.begin(message.id, timeout * 1000, () => void overdue(message.id));
    else if (message.kind === "scored") calls.resolve(message.id, message.scores);
    else if (message.kind === "failed") calls.fail(message.id, message.reason);
    if (calls.waiting().length === 0) thread.unref();
  };
  /** A call took too long. A thread that still answers waits for something; one that does not is busy with the last call that it began. */
  const overdue = async (id: number): Promise<void> => {
    const asked = thread;
    const answers = await isAlive(asked);
    if (asked !== thread || !calls.waiting().includes(id)) return;
    if (!answers && calls.lastBegun() !== id) return calls.wait(id, ANSWER_MS, () => void overdue(id));
    calls.fail(id, `it took longer than ${timeout} s`);
    if (answers) return;
    // The other calls have done no wrong, so they are made again.
    calls.forgetBegun();
    await asked.terminate();
  };
  await start();
  return (input) =>
    new Promise((resolve, reject) => {
      thread.ref();
      send(calls.add({ input, resolve, reject }));
    });
}

/** The calls of a module that have no answer yet, in their order. */
function createCalls(path: string) {
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

interface ThreadEvents {
  readonly onMessage: (message: FromThread) => void;
  readonly onEnd: (thread: Worker, reason: string) => void;
}

/** Starts the thread and waits until it has loaded the module. */
async function startThread(path: string, timeout: number, { onMessage, onEnd }: ThreadEvents): Promise<Worker> {
  const thread = new Worker(BOOT, {
    eval: true,
    workerData: { thread: THREAD.href, module: pathToFileURL(path).href, tsx: findTsx(path) },
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = (reason: string): void => {
      void thread.terminate();
      reject(new ConfigError([`the reward module ${brief(path)} cannot be used: ${reason}`]));
    };
    const timer = setTimeout(() => refuse(`loading it took longer than ${timeout} s`), timeout * 1000);
    thread.once("message", (message: FromThread) => {
      clearTimeout(timer);
      if (message.kind === "ready") resolve();
      else refuse(message.kind === "unusable" ? explained(message.reason) : "it sent messages of its own");
    });
    thread.once("error", (error) => {
      clearTimeout(timer);
      refuse(error.message);
    });
    thread.once("exit", () => {
      clearTimeout(timer);
      refuse("it ended its thread");
    });
  });
  thread.on("message", onMessage);
  let reason = "it ended its thread";
  thread.on("error", (error: unknown) => {
    reason = `it threw outside of the call: ${error instanceof Error ? error.message : String(error)}`;
  });
  thread.on("exit", () => onEnd(thread, reason));
  return thread;
}

/** Whether a thread answers at once, and so runs no code that never returns. */
function isAlive(thread: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    const listen = (message: FromThread): void => {
      if (message.kind === "alive") end(true);
    };
    const end = (alive: boolean): void => {
      clearTimeout(timer);
      thread.off("message", listen);
      resolve(alive);
    };
    const timer = setTimeout(() => end(false), ANSWER_MS);
    thread.on("message", listen);
    thread.postMessage({ kind: "ping" } satisfies ToThread);
  });
}

function explained(reason: string): string {
  if (!/Unknown file extension/.test(reason)) return reason;
  return `${reason}; this Node.js does not read TypeScript: install tsx beside it, save it as .mjs, or use Node.js 22.18 or newer`;
}

function failure(path: string, reason: string, { prompts }: RewardInput): RewardError {
  return new RewardError(`The reward ${brief(path)} failed on the prompt ${quoted(prompts[0])}: ${brief(reason, 240)}.`);
}
