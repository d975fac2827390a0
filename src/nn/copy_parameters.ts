import { copyWindows } from "../gpu/copies.ts";
import type { PlacedModule } from "./place.ts";
import { noteWeightChange } from "./weights_watch.ts";

/** Copies the trained parameters of a module onto those of another of the same architecture, on the device. */
export async function copyParameters(from: PlacedModule, to: PlacedModule): Promise<void> {
  const pairs = from.shards.map(({ window }, i) => ({ from: window, to: to.shards[i]!.window }));
  noteWeightChange(to.module);
  await copyWindows(from.device, "copy of the parameters", pairs);
  to.halves?.refresh();
}
