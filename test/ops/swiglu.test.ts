import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { swigluCases } from "../../src/testing/ops/swiglu.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, swigluCases);
