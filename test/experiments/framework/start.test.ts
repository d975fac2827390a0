import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startingModel } from "../../../src/experiments/framework/start.ts";
import { readParameters } from "../../../src/nn/load_parameters.ts";
import { studyHost } from "../../../src/node/study_host.ts";
import { parseSftConfig } from "../../../src/rl/config/index.ts";
import { warmStart } from "../../../src/rl/warm_start/warm_start.ts";
import { createTask, type Task } from "../../../src/tasks/index.ts";
import { sharedDevice } from "../../shared_device.ts";
import { smallModel } from "../../small_policy.ts";

const device = await sharedDevice();
const folder = await mkdtemp(join(tmpdir(), "entropic-start-"));
after(() => rm(folder, { recursive: true, force: true }));

const [first, task] = [1, 2].map((digits) => createTask({ name: "addition", digits })) as [Task, Task];
const shape = { model_type: "llama", hidden_size: 24, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 40 };
const config = parseSftConfig({
  ...{ model: { ...shape, max_position_embeddings: 16, tie_word_embeddings: true, initializer_range: 0.3 }, seed: 5 },
  ...{ task: { name: "addition", digits: 1 }, sft: { steps: 2, batch: 4, stopAtPassAt1: null }, eval: { prompts: 2, completions: 2 } },
});

test("a warm start learns the task that it names, and that of its runs where it names none", async () => {
  const start = { kind: "warm start", name: "start", config } as const;
  const weightsOf = async (name: string, own: { readonly task?: Task }) => {
    const model = await startingModel({ start: { ...start, ...own, name }, task }, { host: studyHost(device), dir: folder });
    const weights = await readParameters(model.placed);
    model.destroy();
    return weights;
  };
  const directly = async (taught: Task) => {
    const model = await smallModel(device);
    for await (const _ of warmStart({ device, model, task: taught, config }));
    const weights = await readParameters(model.placed);
    model.destroy();
    return weights;
  };
  const [named, unnamed] = [await weightsOf("named", { task: first }), await weightsOf("unnamed", {})];
  assert.deepEqual(named, await directly(first));
  assert.deepEqual(unnamed, await directly(task));
  assert.notDeepEqual(named, unnamed);
});
