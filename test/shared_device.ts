import type { Device } from "../src/gpu/device.ts";
import { hasHung } from "../src/gpu/flight.ts";
import { endWithin } from "../src/node/end_process.ts";
import { openDevice } from "../src/node/open_device.ts";

let opened: Promise<Device> | undefined;
// Not by `after`, which runs when the tests of the first file have ended.
process.once("beforeExit", async () => (await opened)?.destroy());

/**
 * The device of all test files of this process, which is destroyed once all have ended. scripts/test.ts runs the files that call this in
 * processes of several files, because a device compiles each kernel once. A file that destroys its device, counts all that it holds, or needs one
 * with options opens its own.
 */
export function sharedDevice(): Promise<Device> {
  if (opened === undefined) {
    opened = openDevice();
    void opened.then(() => setInterval(endWhereHung, GRACE_MS).unref());
  }
  return opened;
}

/** Time for tests to fail by themselves. */
const GRACE_MS = 30_000;

/** A GPU that hangs would keep this process alive, and the runner waiting for it. */
function endWhereHung(): void {
  if (hasHung()) endWithin(GRACE_MS);
}
