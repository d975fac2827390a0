import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { qkNormCases } from "../../src/testing/ops/qk_norm.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, qkNormCases);
