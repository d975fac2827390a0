import { createRequire } from "node:module";

/** The version of the package webgpu, which brings Dawn along. Dawn itself has none. */
export function webgpuVersion(): string {
  return (createRequire(import.meta.url)("webgpu/package.json") as { version: string }).version;
}
