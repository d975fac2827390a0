import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { controlWeightCases } from "../../src/testing/ops/control_weight.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, controlWeightCases);
