import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { sequenceRatioCases } from "../../src/testing/ops/sequence_ratio.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, sequenceRatioCases);
