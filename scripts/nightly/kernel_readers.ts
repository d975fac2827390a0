import { loadShaders } from "../../src/node/shader_files.ts";
import { ops, type RegisteredOp } from "../../src/ops/index.ts";

const shaders = loadShaders();

/** A shader and every shader that imports it. */
function withReaders(shader: string): Set<string> {
  const readers = Object.keys(shaders).filter((id) => shaders[id]!.includes(`package::${shader.replaceAll("/", "::")}::`));
  return new Set([shader, ...readers.flatMap((id) => [...withReaders(id)])]);
}

/** The cases of `verify` of the ops that use a shader, as `--only` names them; those of sampling draw with filters, too. */
export function casesOf(shader: string): string[] {
  const kernels = withReaders(shader);
  const own = Object.entries<RegisteredOp>(ops).filter(([, entry]) => entry.kernels.some((id) => kernels.has(id)));
  const draws = [...kernels].some((id) => id.startsWith("sample/"));
  return [...own.map(([name]) => `ops/${name} `), ...(draws ? ["sampling"] : [])];
}
