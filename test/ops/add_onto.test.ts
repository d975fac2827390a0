import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { addOntoCases } from "../../src/testing/ops/add_onto.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, addOntoCases);
