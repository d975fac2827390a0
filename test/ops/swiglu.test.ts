import { swigluCases } from "../../src/testing/ops/swiglu.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, swigluCases);
