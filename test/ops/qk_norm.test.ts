import { qkNormCases } from "../../src/testing/ops/qk_norm.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, qkNormCases);
