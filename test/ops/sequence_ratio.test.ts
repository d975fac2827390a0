import { sequenceRatioCases } from "../../src/testing/ops/sequence_ratio.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, sequenceRatioCases);
