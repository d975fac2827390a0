import { capLogitsCases } from "../../src/testing/ops/cap_logits.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, capLogitsCases);
