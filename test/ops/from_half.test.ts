import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { fromHalfCases } from "../../src/testing/ops/from_half.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, fromHalfCases);
