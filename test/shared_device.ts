import type { Device } from "../src/gpu/device.ts";
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
  opened ??= openDevice();
  return opened;
}
