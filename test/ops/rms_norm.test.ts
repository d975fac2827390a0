import { rmsNormCases } from "../../src/testing/ops/rms_norm.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, rmsNormCases);
