import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { loadTokenizer } from "../src/data/tokenizer.ts";
import { parseSftConfig, parseTrainConfig } from "../src/rl/config/index.ts";
import { createTask } from "../src/tasks/index.ts";

/** Each configuration with that of its warm start, and the options that say how the warm start's solutions are drawn. */
const PAIRS: readonly (readonly [train: string, sft: string, ...forWarmStart: string[]])[] = [
  ["quickstart", "countdown_sft"],
  ["sort", "sort_sft"],
  ["maze", "maze_sft"],
  ["countdown4", "countdown4_sft"],
  ["codes", "codes_sft", "known"],
  ["scratchpad", "scratchpad_sft", "forced"],
];

for (const [train, sft, ...forWarmStart] of PAIRS) {
  test(`${train}.yaml trains on what ${sft}.yaml warmed up on, and answers fit`, async () => {
    const warm = parseSftConfig(parse(readFileSync(`configs/${sft}.yaml`, "utf8")));
    const config = parseTrainConfig(parse(readFileSync(`configs/${train}.yaml`, "utf8")));
    const shared = ({ task }: Pick<typeof config, "task">) => Object.entries(task).filter(([key]) => !forWarmStart.includes(key));
    assert.deepEqual(shared(config), shared(warm));
    const task = createTask(config.task);
    assert.ok(config.grpo.maxNewTokens >= task.maxCompletionLength);
    const { max_position_embeddings: context, vocab_size } = JSON.parse(readFileSync(`${config.model}/config.json`, "utf8"));
    assert.ok(task.maxPromptLength + config.grpo.maxNewTokens <= context);
    assert.equal(vocab_size, [...task.alphabet].length);
    const tokenizer = await loadTokenizer(config.model);
    assert.deepEqual(
      tokenizer.encode(task.alphabet),
      Array.from({ length: vocab_size }, (_, id) => id),
    );
  });
}
