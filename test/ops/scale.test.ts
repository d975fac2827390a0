import { scaleCases } from "../../src/testing/ops/scale.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, scaleCases);
