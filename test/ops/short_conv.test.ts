import { shortConvCases } from "../../src/testing/ops/short_conv.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, shortConvCases);
