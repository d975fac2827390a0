import assert from "node:assert/strict";
import type { Device } from "../src/gpu/device.ts";

/** Has the shape of an open GPU. For what is refused before a GPU is used. */
export const unusedDevice = { kernel: () => assert.fail("the device was used"), limits: {} } as unknown as Device;
