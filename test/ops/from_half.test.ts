import { fromHalfCases } from "../../src/testing/ops/from_half.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, fromHalfCases);
