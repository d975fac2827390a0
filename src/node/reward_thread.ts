/** The thread that a reward's module runs in: module_reward.ts starts it, and ends it where a call never returns. */
import { parentPort, workerData } from "node:worker_threads";
import { reasonOf } from "../options/quote.ts";
import type { FromThread, ToThread } from "./module_reward.ts";

const port = parentPort!;
const say = (message: FromThread): void => port.postMessage(message);

async function importModule(): Promise<unknown> {
  const { module, tsx } = workerData as { readonly module: string; readonly tsx?: string };
  if (tsx === undefined || !/\.[cm]?ts$/.test(module)) return import(module);
  const { tsImport } = (await import(tsx)) as { readonly tsImport: (file: string, from: string) => Promise<unknown> };
  return tsImport(module, module);
}

async function load(): Promise<(input: unknown) => unknown> {
  let reward = await importModule();
  // The module's function, that of an object it exports, or that of the object which a TypeScript file outside a package of modules becomes.
  for (let depth = 0; depth < 3 && typeof reward === "object" && reward !== null; depth += 1) {
    const { reward: named, default: unnamed } = reward as Readonly<Record<string, unknown>>;
    reward = named ?? unnamed;
  }
  if (typeof reward !== "function") throw new Error("it exports no function; export one as default, or under the name reward");
  return reward as (input: unknown) => unknown;
}

async function score(reward: (input: unknown) => unknown, { id, input }: Extract<ToThread, { kind: "score" }>): Promise<void> {
  say({ kind: "started", id });
  try {
    const scores = await reward(input);
    say({ kind: "scored", id, scores });
  } catch (error) {
    say({ kind: "failed", id, reason: reasonOf(error) });
  }
}

try {
  const reward = await load();
  port.on("message", (message: ToThread) => {
    if (message.kind === "ping") say({ kind: "alive" });
    else void score(reward, message);
  });
  say({ kind: "ready" });
} catch (error) {
  say({ kind: "unusable", reason: reasonOf(error) });
}
