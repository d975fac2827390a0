import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadRewardModule } from "../../src/node/module_reward.ts";
import type { RewardInput } from "../../src/rl/scoring/rewards.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-reward-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function module(name: string, source: string): string {
  writeFileSync(join(folder, name), source);
  return join(folder, name);
}

const about = (prompt: string): RewardInput => ({
  prompts: [prompt],
  completions: ["c"],
  completionIds: [[1, 2]],
  columns: { answer: [prompt] },
  state: { step: 3 },
});

const source = `
export async function reward({ prompts: [prompt], columns, state }) {
  if (prompt === "throws") throw new Error("not " + prompt);
  if (prompt === "loops") for (;;);
  if (prompt === "hangs") return new Promise(() => {});
  if (prompt === "exits") process.exit(0);
  if (prompt === "waits") await new Promise((resolve) => setTimeout(resolve, 100));
  return [columns.answer[0].length + state.step];
}`;

test("a module scores; a call that throws, waits for ever or never returns fails with its prompt, and the others are answered", async () => {
  const reward = await loadRewardModule(module("mine.mjs", source), { timeout: 2 });
  const outcomes = async (prompts: readonly string[]): Promise<readonly string[]> => {
    const settled = await Promise.allSettled(prompts.map((prompt) => reward(about(prompt))));
    return settled.map((one) => (one.status === "fulfilled" ? String(one.value) : (one.reason as Error).message));
  };
  const [ab, throws, waits, hangs, loops, xyz] = await outcomes(["ab", "throws", "waits", "hangs", "loops", "xyz"]);
  assert.deepEqual([ab, waits, xyz], ["5", "8", "6"]);
  assert.match(throws!, /^The reward .*mine\.mjs failed on the prompt "throws": not throws\.$/);
  assert.match(hangs!, /failed on the prompt "hangs": it took longer than 2 s/);
  assert.match(loops!, /failed on the prompt "loops": it took longer than 2 s/);
  assert.deepEqual(await outcomes(["again"]), ["8"], "the thread was started again");
  assert.match((await outcomes(["exits"]))[0]!, /failed on the prompt "exits": it ended its thread/);
  assert.deepEqual(await outcomes(["again"]), ["8"], "and once more");
  await assert.rejects(
    async () => reward({ ...about("copy"), columns: { f: [() => 1] } }),
    /failed on the prompt "copy": .*could not be cloned/,
  );
});

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A promise that must settle in a minute, on a busy machine too. */
const soon = <Value>(value: Value | Promise<Value>): Promise<Value> =>
  Promise.race([
    value,
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error("it does not settle")), 60_000).unref();
    }),
  ]);

test("a thread that ends between calls and cannot be started again fails each call, until the module can be used again", async () => {
  const path = module("ends.mjs", "export default () => (setTimeout(() => process.exit(0), 10), [1]);");
  const reward = await loadRewardModule(path, { timeout: 5 });
  assert.deepEqual(await soon(reward(about("a"))), [1]);
  module("ends.mjs", "export default (");
  await pause(1000);
  for (const prompt of ["b", "c"]) await assert.rejects(soon(reward(about(prompt))), /ends\.mjs cannot be used: /);
  const together = await soon(Promise.allSettled([reward(about("d")), reward(about("e"))]));
  assert.deepEqual(
    together.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  module("ends.mjs", "export default () => [2];");
  assert.deepEqual(await soon(reward(about("f"))), [2]);
});

test("code that keeps the thread busy between calls costs the call that waits longest its time, and no other", async () => {
  const busy = `export default ({ prompts: [prompt] }) => {
    if (prompt === "last") setTimeout(() => { for (;;); }, 0);
    return [prompt.length];
  };`;
  const reward = await loadRewardModule(module("busy.mjs", busy), { timeout: 0.4 });
  assert.deepEqual(await soon(reward(about("last"))), [4]);
  await pause(200);
  const [first, second] = [reward(about("b")), reward(about("cc"))];
  await assert.rejects(soon(first), /failed on the prompt "b": it took longer than 0\.4 s/);
  assert.deepEqual(await soon(second), [2]);
});

test("a thread that ends before it begins a call is not started for ever", async () => {
  const flag = join(folder, "flag");
  const endsEarly = `import { existsSync } from "node:fs";
    import { parentPort } from "node:worker_threads";
    const say = parentPort.postMessage.bind(parentPort);
    parentPort.postMessage = (message) => {
      say(message);
      if (existsSync(${JSON.stringify(flag)})) process.exit(0);
    };
    export default () => (setTimeout(() => process.exit(0), 10), [1]);`;
  const reward = await loadRewardModule(module("early.mjs", endsEarly), { timeout: 5 });
  assert.deepEqual(await soon(reward(about("a"))), [1]);
  writeFileSync(flag, "");
  await pause(500);
  await assert.rejects(soon(reward(about("b"))), /it ended its thread/);
  rmSync(flag);
  assert.deepEqual(await soon(reward(about("c"))), [1]);
});

test("a thread that ends in the turn in which it is ready is missed by no call", async () => {
  const endsReady = `import { parentPort } from "node:worker_threads";
    const say = parentPort.postMessage.bind(parentPort);
    parentPort.postMessage = (message) => (say(message), process.exit(0));
    export default () => [1];`;
  const path = module("ready.mjs", endsReady);
  const still = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < 3; i += 1) {
    // This thread is busy for most of the time, as it is where it encodes steps: what that one says and its end come in one turn.
    const busy = setInterval(() => Atomics.wait(still, 0, 0, 200), 1);
    const reward = await loadRewardModule(path, { timeout: 20 }).finally(() => clearInterval(busy));
    await assert.rejects(soon(reward(about("a"))), /it ended its thread/);
  }
});

test("a call that waited for ever keeps the program from ending no longer", async () => {
  const ports = (): number => process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;
  const before = ports();
  const reward = await loadRewardModule(module("never.mjs", "export default () => new Promise(() => {});"), { timeout: 0.2 });
  assert.equal(ports(), before, "a thread without calls");
  const waiting = reward(about("a"));
  assert.equal(ports(), before + 1, "a thread with one");
  await assert.rejects(soon(waiting), /failed on the prompt "a": it took longer than 0\.2 s/);
  assert.equal(ports(), before);
});

test("TypeScript, a default export, and a function in an object are read", async () => {
  const typed = await loadRewardModule(
    module("typed.ts", "export default ({ completions }: { completions: string[] }): number[] => completions.map(() => 2);"),
    { timeout: 20 },
  );
  assert.deepEqual(await typed(about("x")), [2]);
  const object = await loadRewardModule(module("object.mjs", "export default { name: 'o', reward: () => [3] };"), { timeout: 20 });
  assert.deepEqual(await object(about("x")), [3]);
});

test("a module that cannot be used is refused in one line", async () => {
  const refused = (path: string, message: RegExp, timeout = 20) =>
    assert.rejects(
      loadRewardModule(path, { timeout: 20, loadTimeout: timeout }),
      (error: Error) => error.name === "ConfigError" && message.test(error.message) && !error.message.includes("\n"),
    );
  await refused(join(folder, "none.ts"), /there is no reward module .*none\.ts; check the path/);
  await refused(module("empty.mjs", "export const x = 1;"), /empty\.mjs cannot be used: it exports no function/);
  await refused(module("broken.mjs", "export default ("), /broken\.mjs cannot be used: /);
  await refused(module("stuck.mjs", "for (;;);"), /stuck\.mjs cannot be used: loading it took longer than 2 s/, 2);
});
