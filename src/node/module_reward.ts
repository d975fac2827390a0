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

/**
 * The reward function of a module: its export `reward`, or its default export. It runs in a thread of its own, so that a call that never
 * returns can be ended: the thread is then started again, and the calls that were waiting are made again.
 * @throws ConfigError where the module cannot be loaded
 */
export async function loadRewardModule(path: string, { timeout }: { readonly timeout: number }): Promise<RewardFunction> {
  if (!(await isFile(path))) throw new ConfigError([`there is no reward module ${brief(path)}; check the path in task.rewards`]);
  const calls = new Map<number, Call>();
  /** The calls that the thread has begun, in its order. */
  let begun: number[] = [];
  let thread: Worker;
  let next = 0;

  const settle = (id: number): Call | undefined => {
    const call = calls.get(id);
    if (call) clearTimeout(call.timer);
    calls.delete(id);
    begun = begun.filter((one) => one !== id);
    if (calls.size === 0) thread.unref();
    return call;
  };
  const fail = (id: number, reason: string): void => {
    const call = settle(id);
    call?.reject(failure(path, reason, call.input));
  };
  const send = (id: number): void => thread.postMessage({ kind: "score", id, input: calls.get(id)!.input } satisfies ToThread);
  const restart = async (): Promise<void> => {
    begun = [];
    for (const call of calls.values()) clearTimeout(call.timer);
    try {
      thread = await startThread(path, timeout, { onMessage, onEnd });
      if (calls.size === 0) thread.unref();
      for (const id of calls.keys()) send(id);
    } catch (error) {
      for (const id of [...calls.keys()]) settle(id)?.reject(error as Error);
    }
  };
  const onEnd = (ended: Worker, reason: string): void => {
    if (ended !== thread) return;
    for (const id of [...begun]) fail(id, reason);
    void restart();
  };
  const onMessage = (message: FromThread): void => {
    if (message.kind === "started") {
      begun.push(message.id);
      const call = calls.get(message.id);
      if (call) call.timer = setTimeout(() => void overdue(message.id), timeout * 1000);
    } else if (message.kind === "scored") settle(message.id)?.resolve(message.scores as never);
    else if (message.kind === "failed") fail(message.id, message.reason);
  };
  /** A call took too long. A thread that still answers waits for something; one that does not is busy with the last call that it began. */
  const overdue = async (id: number): Promise<void> => {
    const asked = thread;
    const answers = await isAlive(asked);
    if (!calls.has(id) || asked !== thread) return;
    if (answers) return fail(id, tooLong(timeout));
    if (begun.at(-1) !== id) {
      calls.get(id)!.timer = setTimeout(() => void overdue(id), ANSWER_MS);
      return;
    }
    fail(id, tooLong(timeout));
    // The other calls have done no wrong, so they are made again.
    begun = [];
    await asked.terminate();
  };

  thread = await startThread(path, timeout, { onMessage, onEnd });
  thread.unref();
  return (input) =>
    new Promise((resolve, reject) => {
      const id = next++;
      calls.set(id, { input, resolve, reject });
      thread.ref();
      send(id);
    });
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

function tooLong(timeout: number): string {
  return `it took longer than ${timeout} s`;
}

function failure(path: string, reason: string, { prompts }: RewardInput): RewardError {
  return new RewardError(`The reward ${brief(path)} failed on the prompt ${quoted(prompts[0])}: ${brief(reason, 240)}.`);
}
