import { metricReduceCases } from "../../src/testing/ops/metric_reduce.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, metricReduceCases);
