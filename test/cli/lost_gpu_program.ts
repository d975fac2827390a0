/** Runs a command line on a GPU that is lost at the given submissions, counted from the beginning of each opening; auto_resume.test.ts runs it. */

import { describeError, exitCodeOf } from "../../src/cli/errors.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { chooseAdapter } from "../../src/node/adapters.ts";

const [losses, ...words] = process.argv.slice(2);
const lostAt = losses!.split(",").map(Number);
const candidate = await chooseAdapter(process.env.ENTROPIC_ADAPTER ?? "auto");
const { request } = candidate;
candidate.request = async () => {
  const adapter = await request();
  const requestDevice = adapter.requestDevice.bind(adapter);
  adapter.requestDevice = async (descriptor) => {
    const device = await requestDevice(descriptor);
    const submit = device.queue.submit.bind(device.queue);
    let left = lostAt.shift() ?? Number.POSITIVE_INFINITY;
    device.queue.submit = (commands) => {
      submit(commands);
      left -= 1;
      if (left === 0) device.destroy();
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
