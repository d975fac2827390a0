/**
 * `node --import tsx scripts/nightly/large_model.ts DIR` loads a Hugging Face folder frozen in 16 bits and scores 64 tokens: the bytes
 * on the device, and the milliseconds of each kernel. scripts/random_checkpoint.ts writes a folder for it.
 */
import { buildModel } from "../../models/index.ts";
import { createProfiler } from "../../src/gpu/profile.ts";
import { openModelFolder } from "../../src/io/model_folder.ts";
import { placeModule } from "../../src/nn/place.ts";
import { packRows } from "../../src/nn/rows.ts";
import { streamParameters } from "../../src/nn/stream_parameters.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { createScorer } from "../../src/policy/score.ts";
import { formatTable } from "../../src/report/table.ts";

const ROWS = 64;

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const [dir] = process.argv.slice(2);
if (!dir) throw new Error("give the folder of a model");

const device = await openDevice();
const { config, tensors } = await openModelFolder(dir);
const module = buildModel(config);
const placed = placeModule(device, module, { frozen: () => "bf16" });
const placedBytes = device.stats.bytesAllocated;
const loading = performance.now();
await streamParameters(placed, tensors, dir);
await device.gpu.queue.onSubmittedWorkDone();
const pieces = placed.frozen.reduce((most, parameter) => Math.max(most, parameter.pieces.length), 0);
console.log(
  `${placed.frozen.length} frozen parameters, ${(placedBytes / 1e6).toFixed(1)} MB on ${device.name}, loaded in ${seconds(loading)}`,
);
console.log(`the largest table lies in ${pieces} pieces; the host holds ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB in all`);

const building = performance.now();
const scorer = await createScorer({ device, model: module, rows: ROWS, temperature: 1 });
console.log(`the plan takes ${((device.stats.bytesAllocated - placedBytes) / 1e6).toFixed(1)} MB, made in ${seconds(building)}`);
const tokens = Uint32Array.from({ length: ROWS }, (_, i) => (i * 7919) % module.vocabSize);
const batch = { rows: ROWS, inputs: { tokens, actions: tokens.map((token) => (token + 1) % module.vocabSize), ...packRows([ROWS]) } };
const first = performance.now();
const { logprobs } = await scorer.score(batch);
console.log(
  `first forward pass, compiling included: ${seconds(first)}; mean log-probability ${logprobs.reduce((a, b) => a + b, 0) / ROWS}`,
);

const profiler = createProfiler(device);
profiler.start("dispatches");
const again = performance.now();
await scorer.score(batch);
console.log(`second forward pass: ${seconds(again)}`);
const times = new Map<string, { time: number; calls: number }>();
for (const { kernel, scope, duration } of (await profiler.stop()).flatMap(({ dispatches }) => dispatches)) {
  const name = `${kernel} ${scope === "" ? "outside the layers" : "in the layers"}`;
  const known = times.get(name) ?? { time: 0, calls: 0 };
  times.set(name, { time: known.time + duration, calls: known.calls + 1 });
}
const rows = [...times].sort(([, a], [, b]) => b.time - a.time).map(([name, { time, calls }]) => [name, String(calls), time.toFixed(1)]);
console.log(
  formatTable(
    ["kernel", "calls", "ms"].map((heading) => ({ heading })),
    rows,
  ),
);
for (const part of [profiler, scorer, placed, device]) part.destroy();
