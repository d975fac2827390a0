// Saving and resuming: two steps and, from the folder that they leave, two more are the same as four steps that nothing interrupts.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GRPOTrainer, generate, loadModel, loadTrainerState, openDevice, type PolicyModel, saveModel, tasks } from "entropic-webgpu";

const device = await openDevice();
const config = { steps: 4, prompts: 4, completions: 8, seed: 1 };
const trainerOf = (model: PolicyModel): GRPOTrainer =>
  new GRPOTrainer({ device, model, task: tasks.countdown({ numbers: 3, max: 9 }), config });

const model = await loadModel(device, "models/checkpoints/countdown-base");
const trainer = trainerOf(model);
const folder = await mkdtemp(join(tmpdir(), "entropic-"));
const saved = join(folder, "model");
for await (const { step, loss } of trainer) {
  console.log(`step ${step}: loss ${loss}`);
  if (step === 2) await saveModel(saved, model, await trainer.save());
}

// Another process would begin here.
const loaded = await loadModel(device, saved);
const resumed = trainerOf(loaded);
await resumed.load(await loadTrainerState(saved));
for await (const { step, loss } of resumed) console.log(`resumed, step ${step}: loss ${loss}`);

for (const policy of [model, loaded]) {
  const [answer] = await generate(device, policy, ["375=022:"], { temperature: 0, stop: "$" });
  console.log(`375=022:${answer!.text}`);
}
await rm(folder, { recursive: true });
