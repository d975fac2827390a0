import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { cacheWriteCases } from "../../src/testing/ops/cache_write.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, cacheWriteCases);
