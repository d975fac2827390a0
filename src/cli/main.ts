#!/usr/bin/env node
import { hasHung } from "../gpu/flight.ts";
import { endWithin } from "../node/end_process.ts";
import { quietDawn } from "../node/quiet_dawn.ts";
import { runCommandLine } from "./command_line.ts";
import { endWithOutput } from "./interrupt.ts";

quietDawn();
endWithOutput();
const { exitCode, isLost } = await runCommandLine(process.argv.slice(2));
process.exitCode = exitCode;
if (hasHung()) endWithin(5000);
else if (isLost) process.exit();
