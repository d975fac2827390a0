import { reluSquaredCases } from "../../src/testing/ops/relu_squared.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, reluSquaredCases);
