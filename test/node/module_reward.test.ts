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
  const reward = await loadRewardModule(module("mine.mjs", source), { timeout: 0.4 });
  const outcomes = async (prompts: readonly string[]): Promise<readonly string[]> => {
    const settled = await Promise.allSettled(prompts.map((prompt) => reward(about(prompt))));
    return settled.map((one) => (one.status === "fulfilled" ? String(one.value) : (one.reason as Error).message));
  };
  const [ab, throws, waits, hangs, loops, xyz] = await outcomes(["ab", "throws", "waits", "hangs", "loops", "xyz"]);
  assert.deepEqual([ab, waits, xyz], ["5", "8", "6"]);
  assert.match(throws!, /^The reward .*mine\.mjs failed on the prompt "throws": not throws\.$/);
  assert.match(hangs!, /failed on the prompt "hangs": it took longer than 0\.4 s/);
  assert.match(loops!, /failed on the prompt "loops": it took longer than 0\.4 s/);
  assert.deepEqual(await outcomes(["again"]), ["8"], "the thread was started again");
  assert.match((await outcomes(["exits"]))[0]!, /failed on the prompt "exits": it ended its thread/);
  assert.deepEqual(await outcomes(["again"]), ["8"], "and once more");
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
