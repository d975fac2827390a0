import type { PlacedModule } from "./place.js";
/** How matrix products read weights. With f16 they read copies rounded to 16 bits; AdamW changes the weights themselves. */
export declare const WEIGHT_STORAGE: readonly ["f32", "f16"];
export type WeightStorage = (typeof WEIGHT_STORAGE)[number];
/** Whoever trains or samples a module claims its weights: they are stored in one way until the claim is released. */
export interface WeightClaim {
    release(): void;
}
/**
 * Claims a module's weights. In plans that are built from now on, products read the weights as `storage` says.
 * @throws EngineError while another claim on the module needs the other storage
 */
export declare function claimWeights(placed: PlacedModule, storage: WeightStorage): Promise<WeightClaim>;
