import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { geluCases } from "../../src/testing/ops/gelu.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, geluCases);
