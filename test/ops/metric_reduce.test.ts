import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { metricReduceCases } from "../../src/testing/ops/metric_reduce.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, metricReduceCases);
