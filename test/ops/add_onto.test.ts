import { addOntoCases } from "../../src/testing/ops/add_onto.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, addOntoCases);
