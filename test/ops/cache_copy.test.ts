import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { cacheCopyCases } from "../../src/testing/ops/cache_copy.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, cacheCopyCases);
