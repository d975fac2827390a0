import "../narrow_vectors.ts";
import { opCases } from "../../src/testing/ops/index.ts";
import { sharedDevice } from "../shared_device.ts";
import { testGpuCases } from "./op_cases.ts";

testGpuCases(await sharedDevice(), opCases.matmul);
