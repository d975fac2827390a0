import { shortConvCachedCases } from "../../src/testing/ops/short_conv_cached.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, shortConvCachedCases);
