// The library in fifteen lines: a shipped model learns countdown while its entropy is held at a target.
import { entropic, GRPOTrainer, loadModel, openDevice, tasks } from "entropic-webgpu";

const device = await openDevice(); // a real GPU, else lavapipe, else the embedded software GPU
const model = await loadModel(device, "models/checkpoints/countdown-base");
const trainer = new GRPOTrainer({
  device,
  model,
  task: tasks.countdown({ numbers: 3, max: 9 }),
  controller: entropic({ target: 0.35 }),
  config: { steps: 5, prompts: 16, completions: 8 },
});
for await (const step of trainer) console.log(step.step, step.reward, step.entropy, step["entropic/alpha"]);
console.log((await trainer.evaluate()).passAt1);
