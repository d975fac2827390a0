/** This engine: models/gpt2.ts, stepped by createSupervisedUpdate. */
import { readFileSync } from "node:fs";
import { Gpt2, gpt2Config } from "../../models/gpt2.ts";
import { input, loadParameters, matmul, placeModule } from "../../src/engine.ts";
import type { Device } from "../../src/gpu/device.ts";
import { submitPass } from "../../src/gpu/launch.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { packRows } from "../../src/nn/rows.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { TOKEN_INPUT } from "../../src/ops/records.ts";
import { createAdamW } from "../../src/optim/adamw.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import { main, type Prepared } from "./peer.ts";
import { LAYER_NORM_EPSILON, type MatmulWorkload, OPTIMIZER, type TransformerWorkload, type WorkloadFolder } from "./workload.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };

async function prepareMatmul(device: Device, files: WorkloadFolder, { size }: MatmulWorkload): Promise<Prepared> {
  const inputs = Object.fromEntries(files.floats().map(({ name, data }) => [name, data]));
  const plan = await buildPlan(device, "matmul", () => ({
    keep: [matmul(input("a", [size, size]), input("b", [size, size]), { layout: "NN" })],
  }));
  plan.upload(inputs);
  const products = async (count: number): Promise<void> => {
    submitPass(device, "matmul", (pass) => {
      for (let i = 0; i < count; i += 1) plan.encode(pass);
    });
    await device.gpu.queue.onSubmittedWorkDone();
  };
  return {
    version,
    adapter: device.name,
    step: () => products(1).then(() => undefined),
    products,
    result: async () => (await plan.read(plan.result.keep))[0]!,
  };
}

async function prepareTransformer(device: Device, files: WorkloadFolder, workload: TransformerWorkload): Promise<Prepared> {
  const { layers, width, heads, vocabulary, length, batch } = workload;
  const model = new Gpt2(
    gpt2Config({
      vocab_size: vocabulary,
      n_embd: width,
      n_layer: layers,
      n_head: heads,
      n_positions: length,
      layer_norm_epsilon: LAYER_NORM_EPSILON,
      tie_word_embeddings: false,
    }),
  );
  const placed = placeModule(device, model);
  loadParameters(placed, new Map(files.floats().map(({ name, shape, data }) => [name, { shape, data }])), "the workload");
  const optimizer = createAdamW(placed, {
    betas: [OPTIMIZER.beta1, OPTIMIZER.beta2],
    eps: OPTIMIZER.epsilon,
    weightDecay: OPTIMIZER.weightDecay,
    maxGradNorm: null,
  });
  const rows = batch * length;
  const update = await createSupervisedUpdate({ device, model, optimizer, rows });
  const packed = packRows(new Array<number>(batch).fill(length));
  const tokenInputs = Float32Array.from(new Array(rows).fill(TOKEN_INPUT.pack({ weight: 1 / rows, mask: 1, control_weight: 1 })).flat());
  return {
    version,
    adapter: device.name,
    step: async (index) => {
      const { tokens, targets } = files.batch(index);
      const inputs = { tokens: new Uint32Array(tokens), actions: new Uint32Array(targets), token_inputs: tokenInputs, ...packed };
      const { loss } = await update.step({ rows, sequences: batch, inputs }, OPTIMIZER.learningRate);
      return loss;
    },
  };
}

await main("ours", async (files) => {
  const device = await openDevice();
  const { workload } = files;
  return workload.kind === "matmul" ? prepareMatmul(device, files, workload) : prepareTransformer(device, files, workload);
});
