/**
 * Runs a command line on a GPU that is lost once the run has recorded some steps: `lost_gpu_program METRICS STEPS WORDS...`, where STEPS has
 * one number for each opening of the GPU, or the word "load" for one that is lost while the model is loaded. auto_resume.test.ts runs it.
 */
import { existsSync, readFileSync } from "node:fs";
import { describeError, exitCodeOf } from "../../src/cli/errors.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { chooseAdapter } from "../../src/node/adapters.ts";

const [metrics, steps, ...words] = process.argv.slice(2);
const lostAfter = steps!.split(",");
/** The last step that the run has recorded. */
function recorded(): number {
  const last = existsSync(metrics!) ? readFileSync(metrics!, "utf8").trim().split("\n").at(-1) : "";
  return last ? (JSON.parse(last) as { step: number }).step : 0;
}

const candidate = await chooseAdapter(process.env.ENTROPIC_ADAPTER ?? "auto");
const { request } = candidate;
candidate.request = async () => {
  const adapter = await request();
  const requestDevice = adapter.requestDevice.bind(adapter);
  adapter.requestDevice = async (descriptor) => {
    const device = await requestDevice(descriptor);
    const submit = device.queue.submit.bind(device.queue);
    const write = device.queue.writeBuffer.bind(device.queue);
    const step = lostAfter.shift() ?? "never";
    device.queue.submit = (commands) => {
      submit(commands);
      if (recorded() === Number(step)) device.destroy();
    };
    device.queue.writeBuffer = (...given: Parameters<typeof write>) => {
      write(...given);
      if (step === "load") device.destroy();
    };
    return device;
  };
  return adapter;
};

try {
  const program = await buildProgram(words[0]);
  await program.parseAsync(words, { from: "user" });
} catch (error) {
  console.error(describeError(error, false));
  process.exit(exitCodeOf(error));
}
