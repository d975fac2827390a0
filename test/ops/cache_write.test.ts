import { cacheWriteCases } from "../../src/testing/ops/cache_write.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, cacheWriteCases);
