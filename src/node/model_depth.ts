import type { Device } from "../gpu/device.ts";
import { MemoryError } from "../gpu/errors.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { formatBytes } from "../rl/memory/bytes.ts";

type Json = Readonly<Record<string, unknown>>;

/** The keys of config.json that say how many layers a model has. */
const LAYER_KEYS = ["num_hidden_layers", "n_layer"] as const;

/** Models with fewer layers are built at once, to be measured. */
const MANY_LAYERS = 512;

/** The bytes that JavaScript takes for the modules, parameters and plans of a layer, at the least. */
const OBJECTS_OF_LAYER = 1 << 16;

/**
 * Refuses a config.json with more layers than memory holds, before that many objects are made.
 * @throws MemoryError
 */
export function checkDepth({ heap = 2 ** 32 }: Pick<Device, "heap">, config: Json, build: (config: Json) => LanguageModel): void {
  const key = LAYER_KEYS.find((name) => Number(config[name]) > MANY_LAYERS);
  if (key === undefined) return;
  const layers = Number(config[key]);
  const [one, two] = [1, 2].map((count) => bytesOf(build({ ...config, [key]: count })));
  const weights = one! + (layers - 1) * (two! - one!);
  const bytes = layers * OBJECTS_OF_LAYER;
  if (bytes <= heap) return;
  const fact = `config.json: ${key} is ${layers}; its weights are ${formatBytes(weights)}, and describing them takes some ${formatBytes(bytes)}`;
  throw new MemoryError(`${fact} of this process's ${formatBytes(heap)}. Take a smaller model`, { part: key, bytes, limit: heap });
}

function bytesOf(model: LanguageModel): number {
  const parameters = [...model.namedParameters().values()];
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 4), 0);
}
