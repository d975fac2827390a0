import { layerNormCases } from "../../src/testing/ops/layer_norm.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, layerNormCases);
