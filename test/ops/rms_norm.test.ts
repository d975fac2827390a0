import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { rmsNormCases } from "../../src/testing/ops/rms_norm.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, rmsNormCases);
