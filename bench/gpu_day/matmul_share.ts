import type { Device } from "../../src/gpu/device.ts";
import { tilesFor } from "../../src/ops/matmul/families/tiled.ts";
import { matmulCase } from "../cases/matmul.ts";
import type { BenchCase } from "../harness.ts";

/** Square products as they run by default, and by each tile that suits them: what share of the ceiling of fma does WGSL reach? */
export function squareProducts(device: Device, sizes: readonly number[]): BenchCase[] {
  return sizes.flatMap((size) => {
    const shape = [size, size, size] as const;
    const tiles = device.software ? [] : tilesFor({ sizes: { rows: size, columns: size, inner: size }, splits: 1 }, device);
    return [
      ...(["NN", "NT", "TN"] as const).map((layout) => matmulCase(layout, shape)),
      ...tiles.map((tile) => matmulCase("NT", shape, { family: "tiled", tile })),
    ];
  });
}
