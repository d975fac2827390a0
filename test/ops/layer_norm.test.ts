import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { layerNormCases } from "../../src/testing/ops/layer_norm.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, layerNormCases);
