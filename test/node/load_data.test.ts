import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readSubject } from "../../src/cli/subject.ts";
import type { LoadDataOptions } from "../../src/data_sets/options.ts";
import { loadData } from "../../src/node/load_data.ts";
import { loadModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { ConfigError } from "../../src/options/problems.ts";
import { GRPOTrainer } from "../../src/rl/grpo_trainer.ts";
import { rewardFunctions } from "../../src/rl/rewards/index.ts";
import { needsShared, sharedPath } from "../shared.ts";
import { smallModel } from "../small_policy.ts";

const device = await openDevice();
const folder = mkdtempSync(join(tmpdir(), "load-data-"));
after(() => {
  device.destroy();
  rmSync(folder, { recursive: true });
});

const file = join(folder, "sums.jsonl");
const rows = Array.from({ length: 20 }, (_, i) => ({
  question: `${i % 10}+${Math.floor(i / 10)}=`,
  answer: (i % 10) + Math.floor(i / 10),
}));
writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const sums = { data: file, prompt: "question", answer: "answer", heldOut: 4 } as const;

test("problems are those of a configuration with the same options, and columns reach rewards", async () => {
  const { trainProblems, evalProblems } = await loadData(sums);
  assert.equal(trainProblems.length, 16);
  assert.equal(evalProblems.length, 4);
  const configured = await readSubject({ ...sums, rewards: ["math"] });
  assert.deepEqual({ trainProblems, evalProblems }, { trainProblems: configured.trainProblems, evalProblems: configured.evalProblems });
  const chats = await loadData({ ...sums, prompt: "Q: {question}", system: "Add.", limit: 1, heldOut: undefined });
  const { prompt, question, answer } = chats.trainProblems[0]!;
  assert.deepEqual(prompt, [
    { role: "system", content: "Add." },
    { role: "user", content: `Q: ${question}` },
  ]);
  assert.equal(typeof answer, "number");
  assert.deepEqual([chats.trainProblems.length, chats.evalProblems.length > 0], [1, true]);
});

test("a step is taken on a file, with math as the reward", async () => {
  const model = await smallModel(device);
  const { trainProblems: problems, evalProblems } = await loadData(sums);
  const config = { steps: 1, prompts: 4, completions: 4, maxNewTokens: 3, eval: { prompts: 4, completions: 2 } };
  const trainer = new GRPOTrainer({ device, model, problems, evalProblems, rewards: [rewardFunctions.math()], stop: "$", config });
  const { metrics } = await trainer.step();
  assert.ok(metrics.reward! >= 0 && metrics.reward === metrics["rewards/math/mean"]);
  assert.equal((await trainer.evaluate()).entries.length > 0, true);
  await trainer.destroy();
  model.destroy();
});

test("options and rows are refused as those of a configuration are", async () => {
  const refused = (options: object, ...problems: readonly RegExp[]) =>
    assert.rejects(
      async () => loadData(options as LoadDataOptions),
      (error) => {
        assert.ok(error instanceof ConfigError, String(error));
        assert.equal(error.problems.length, problems.length);
        for (const [i, pattern] of problems.entries()) assert.match(error.problems[i]!, pattern);
        return true;
      },
    );
  await refused({ prompt: 1 }, /^task\.data is missing; it must be the path of a data file/, /^task\.prompt is 1/);
  await refused({ ...sums, promt: "q" }, /^task\.promt is not a known key; did you mean prompt\?$/);
  await refused({ ...sums, heldOut: 1.5 }, /^task\.heldOut is 1\.5; it must be a share below 1 or a whole number/);
  await refused({ ...sums, evalSplit: "test" }, /^task\.heldOut is 4; it must be left out/);
  await refused({ ...sums, answer: "anser" }, /row 1 has no column "anser", which task\.answer names; did you mean answer\?/);
  await refused({ ...sums, rewards: ["math"] }, /^task\.rewards is not a known key; give GRPOTrainer its rewards/);
  await refused({ ...sums, stop: [] }, /^task\.stop is not a known key; give it to GRPOTrainer$/);
  await refused({ ...sums, templateVariables: {} }, /^task\.templateVariables is not a known key; give it to loadModel$/);
  await assert.rejects(loadData({ data: join(folder, "none.jsonl") }), /^FileError: there is no data .*none\.jsonl/);
});

const [GSM8K, STORIES] = ["data/gsm8k", "models/stories260K"];
const skip = needsShared(GSM8K).skip || needsShared(STORIES).skip;

test("a step is taken on the questions of gsm8k", { skip }, async () => {
  const gsm8k = { data: sharedPath(GSM8K)!, prompt: "{question} ####", answer: "answer", limit: 4 };
  const { trainProblems: problems, evalProblems } = await loadData({ ...gsm8k, evalSplit: "test" });
  assert.equal(problems.length, 4);
  assert.ok(evalProblems.length > 100 && String(problems[0]!.prompt).endsWith(" ####"));
  const model = await loadModel(device, sharedPath(STORIES)!);
  const config = { steps: 1, prompts: 2, completions: 2, maxNewTokens: 4 };
  const options = { problems, evalProblems: evalProblems.slice(0, 2), rewards: [rewardFunctions.math()], stop: [], config };
  const trainer = new GRPOTrainer({ device, model, ...options });
  const { metrics, entries } = await trainer.step();
  assert.ok(metrics.reward! >= 0 && entries.length === 4);
  await trainer.destroy();
});
