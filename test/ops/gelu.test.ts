import { geluCases } from "../../src/testing/ops/gelu.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, geluCases);
