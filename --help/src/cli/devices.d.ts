/// <reference types="@webgpu/types" />
import type { Command } from "commander";
/** The GPUs this machine has, and the one a run would take. */
export declare function register(command: Command): void;
