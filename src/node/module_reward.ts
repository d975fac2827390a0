import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { isFile } from "../io/files.ts";
import { ConfigError } from "../options/problems.ts";
import { brief, reasonOf } from "../options/quote.ts";
import type { RewardFunction, RewardInput } from "../rl/scoring/rewards.ts";
import { createCalls, type ModuleCalls } from "./module_calls.ts";

/** What the thread is asked. */
export type ToThread = { readonly kind: "score"; readonly id: number; readonly input: RewardInput } | { readonly kind: "ping" };

/** What the thread answers. */
export type FromThread =
  | { readonly kind: "ready" | "alive" }
  | { readonly kind: "unusable"; readonly reason: string }
  | { readonly kind: "started"; readonly id: number }
  | { readonly kind: "scored"; readonly id: number; readonly scores: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly reason: string };

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
  const thread = new RewardThread(path, { timeout, loadTimeout }, calls);
  await thread.start();
  return (input) => new Promise((resolve, reject) => thread.run(calls.add({ input, resolve, reject })));
}

/** Threads that die so often before they begin a call die of the module. */
const MOST_IDLE_ENDS = 3;

/** The thread of a module, which is started again where it has ended and calls wait. */
class RewardThread {
  /** undefined while none has loaded the module. */
  #thread: Worker | undefined;
  #isStarting = false;
  /** How often in a row the thread ended without having begun a call. */
  #idleEnds = 0;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  readonly #path: string;
  readonly #limits: Required<ModuleLimits>;
  readonly #calls: ModuleCalls;

  constructor(path: string, limits: Required<ModuleLimits>, calls: ModuleCalls) {
    this.#path = path;
    this.#limits = limits;
    this.#calls = calls;
  }

  async start(): Promise<void> {
    this.#isStarting = true;
    try {
      this.#thread = await startThread(this.#path, this.#limits.loadTimeout, {
        onMessage: (from, message) => this.#onMessage(from, message),
        onEnd: (ended, reason) => this.#onEnd(ended, reason),
      });
    } finally {
      this.#isStarting = false;
    }
    for (const id of this.#calls.waiting()) this.#send(this.#thread, id);
    this.#rest(this.#thread);
  }

  /** Makes a call, now or as soon as the module is loaded again. */
  run(id: number): void {
    const thread = this.#thread;
    if (thread === undefined) this.#startAgain();
    else {
      thread.ref();
      this.#send(thread, id);
      this.#rest(thread);
    }
  }

  #startAgain(): void {
    if (this.#thread !== undefined || this.#isStarting || this.#calls.waiting().length === 0) return;
    this.start().catch((error: Error) => this.#calls.rejectAll(error));
  }

  #send(thread: Worker, id: number): void {
    try {
      thread.postMessage({ kind: "score", id, input: this.#calls.inputOf(id) } satisfies ToThread);
    } catch (error) {
      // A column that cannot be copied, such as a function.
      this.#calls.fail(id, reasonOf(error));
    }
  }

  /** Lets the program end where no call waits. */
  #rest(thread: Worker): void {
    if (this.#calls.waiting().length === 0) thread.unref();
    this.#watch(thread);
  }

  #onMessage(from: Worker, message: FromThread): void {
    if (from !== this.#thread) return;
    if (message.kind === "started") {
      this.#idleEnds = 0;
      this.#calls.begin(message.id, this.#limits.timeout * 1000, () => void this.#overdue(message.id));
    } else if (message.kind === "scored") this.#calls.resolve(message.id, message.scores);
    else if (message.kind === "failed") this.#calls.fail(message.id, message.reason);
    this.#rest(from);
  }

  #onEnd(ended: Worker, reason: string): void {
    if (ended !== this.#thread) return;
    this.#thread = undefined;
    clearTimeout(this.#watchdog);
    const begun = this.#calls.forgetBegun();
    this.#idleEnds = begun.length > 0 ? 0 : this.#idleEnds + 1;
    for (const id of this.#idleEnds < MOST_IDLE_ENDS ? begun : this.#calls.waiting()) this.#calls.fail(id, reason);
    this.#startAgain();
  }

  /** A call took too long. A thread that still answers waits for something; one that does not is busy with the last call that it began. */
  async #overdue(id: number): Promise<void> {
    const asked = this.#thread!;
    const answers = await isAlive(asked);
    if (asked !== this.#thread || !this.#calls.waiting().includes(id)) return;
    if (!answers && this.#calls.lastBegun() !== id) return this.#calls.wait(id, ANSWER_MS, () => void this.#overdue(id));
    this.#failLate(id);
    if (answers) this.#rest(asked);
    else this.#replace(asked);
  }

  /** Where calls wait and none begins in the time of one, the thread may be busy with other code of the module, such as a timer's. */
  #watch(thread: Worker): void {
    clearTimeout(this.#watchdog);
    if (this.#calls.waiting().length === 0 || this.#calls.lastBegun() !== undefined) return;
    this.#watchdog = setTimeout(() => void this.#unblock(thread), this.#limits.timeout * 1000);
  }

  async #unblock(asked: Worker): Promise<void> {
    if (asked !== this.#thread) return;
    const answers = await isAlive(asked);
    const [first] = this.#calls.waiting();
    if (asked !== this.#thread || first === undefined || this.#calls.lastBegun() !== undefined) return;
    if (answers) return this.#watch(asked);
    this.#failLate(first);
    this.#replace(asked);
  }

  #failLate(id: number): void {
    this.#calls.fail(id, `it took longer than ${this.#limits.timeout} s`);
  }

  /** Ends a thread that does not answer. The calls that it has begun have done no wrong, so they are made again. */
  #replace(thread: Worker): void {
    this.#calls.forgetBegun();
    this.#thread = undefined;
    void thread.terminate();
    this.#startAgain();
  }
}

interface ThreadEvents {
  readonly onMessage: (thread: Worker, message: FromThread) => void;
  readonly onEnd: (thread: Worker, reason: string) => void;
}

/** The identity of a thread that has ended. */
const ENDED = -1;

/** Starts the thread and waits until it has loaded the module. */
async function startThread(path: string, timeout: number, { onMessage, onEnd }: ThreadEvents): Promise<Worker> {
  const thread = new Worker(BOOT, {
    eval: true,
    workerData: { thread: THREAD.href, module: pathToFileURL(path).href, tsx: findTsx(path) },
  });
  let reason = "it ended its thread";
  thread.on("error", (error: unknown) => {
    reason = `it threw outside of the call: ${error instanceof Error ? error.message : String(error)}`;
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = (why: string): void => {
      void thread.terminate();
      reject(new ConfigError([`the reward module ${brief(path)} cannot be used: ${why}`]));
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
  thread.on("message", (message: FromThread) => onMessage(thread, message));
  // Node.js may tell of the thread's first message and of its end in one turn, before this function goes on.
  if (thread.threadId === ENDED) setImmediate(() => onEnd(thread, reason));
  else thread.on("exit", () => onEnd(thread, reason));
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
    // Where this thread was busy itself, an answer lies ready behind the timer.
    const timer = setTimeout(() => setImmediate(() => end(false)), ANSWER_MS);
    thread.on("message", listen);
    thread.postMessage({ kind: "ping" } satisfies ToThread);
  });
}

function explained(reason: string): string {
  if (!/Unknown file extension/.test(reason)) return reason;
  return `${reason}; this Node.js does not read TypeScript: install tsx beside it, save it as .mjs, or use Node.js 22.18 or newer`;
}
