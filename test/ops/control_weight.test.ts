import { controlWeightCases } from "../../src/testing/ops/control_weight.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, controlWeightCases);
