import { composeResolvers, link, RecordResolver } from "wesl/core";
import { ShaderError } from "./errors.ts";

/** A kernel of the library by its id ("norm/rms_norm"), or WGSL under a name. */
export type KernelSource = string | KernelOfOnesOwn;

/** WGSL that is not in the library. */
export interface KernelOfOnesOwn {
  readonly name: string;
  readonly wgsl: string;
  /** true: no index leaves its binding, so the kernel may also run where the GPU does not check that (toggles.ts). */
  readonly staysInBounds?: boolean;
}

/** What `@if(CONDITION)`, `import constants::NAME` and `import package::MODULE::NAME` in the WGSL resolve to. */
export interface KernelVariant {
  readonly conditions?: Readonly<Record<string, boolean>>;
  readonly constants?: Readonly<Record<string, number>>;
  /** Modules that a variant may exchange, by the name under which the kernel imports them: `{ loss: "loss/sapo" }`. */
  readonly modules?: Readonly<Record<string, KernelSource>>;
  /** The kernel holds much in registers: without subgroup operations it asks for small subgroups where that leaves a lane more. */
  readonly manyRegisters?: boolean;
}

/** The library's WGSL by id. */
type Shaders = Readonly<Record<string, string>>;

/** Resolves imports, `@if` and constants of a kernel; plain WGSL passes through. */
export async function linkKernel(
  traits: { readonly lanes: number; readonly subgroups: boolean; readonly shaders: Shaders },
  source: KernelSource,
  variant: KernelVariant = {},
): Promise<string> {
  const id = typeof source === "string" ? source : source.name;
  const root = typeof source === "string" ? source : "user_kernel";
  const rootModuleName = `package::${root.replaceAll("/", "::")}`;
  const own = ownModules(id, source, variant, traits.shaders);
  const library = parsedLibrary(traits.shaders);
  const shared = {
    resolveModule: (path: string) =>
      path.startsWith("package::lib::") || path === rootModuleName ? library.resolveModule(path) : undefined,
  };
  try {
    const { dest } = await link({
      resolver: composeResolvers(new RecordResolver(own), shared),
      rootModuleName,
      constants: { LANES: traits.lanes, SUBGROUP_LANES: traits.lanes, ...variant.constants },
      conditions: { SUBGROUPS: traits.subgroups, ...variant.conditions },
      sourceMap: false,
    });
    return dest.replaceAll(EXPERIMENTAL_DECLARATION, "");
  } catch (error) {
    throw new ShaderError(`kernel ${id}${withModules(variant)} does not link: ${(error as Error).message}`);
  }
}

/** The modules that this variant brings along, by file: a kernel that is not the library's, and what it exchanges. */
function ownModules(id: string, source: KernelSource, variant: KernelVariant, shaders: Shaders): Record<string, string> {
  const own: Record<string, string> = {};
  if (typeof source !== "string") own["user_kernel.wgsl"] = source.wgsl;
  else if (shaders[source] === undefined) throw new ShaderError(`there is no kernel ${id}; known: ${namesBeside(id, shaders)}`);
  for (const [name, module] of Object.entries(variant.modules ?? {})) {
    const wgsl = typeof module === "string" ? shaders[module] : module.wgsl;
    if (wgsl === undefined) {
      const known = namesBeside(String(module), shaders);
      throw new ShaderError(`kernel ${id} takes its module ${name} from ${module}, which is not there; known: ${known}`);
    }
    own[`${name}.wgsl`] = wgsl;
  }
  return own;
}

/** What was parsed of each library. Linking writes nothing into it, so all kernels share one. */
const libraries = new WeakMap<Shaders, RecordResolver>();

function parsedLibrary(shaders: Shaders): RecordResolver {
  const known = libraries.get(shaders);
  if (known !== undefined) return known;
  const library = new RecordResolver(
    Object.fromEntries(Object.entries(shaders).map(([name, wgsl]) => [`${name}.wgsl`, declareExperimental(wgsl)])),
  );
  libraries.set(shaders, library);
  return library;
}

/** " with loss/sapo": the modules of a variant, for messages about its WGSL. */
export function withModules({ modules = {} }: KernelVariant): string {
  const names = Object.values(modules).map((module) => (typeof module === "string" ? module : module.name));
  return names.length > 0 ? ` with ${names.join(", ")}` : "";
}

/** The shaders in the folder of one that is not there, or all where there is no such folder. */
function namesBeside(id: string, shaders: Shaders): string {
  const names = Object.keys(shaders).sort();
  const beside = names.filter((name) => name.startsWith(id.slice(0, id.indexOf("/") + 1)));
  return (beside.length > 0 ? beside : names).join(", ");
}

/** Names that Dawn knows and the linker does not. They are declared for the linker, and the declarations are removed afterwards. */
const EXPERIMENTAL =
  "subgroup_matrix_left subgroup_matrix_right subgroup_matrix_result subgroupMatrixLoad subgroupMatrixStore subgroupMatrixMultiplyAccumulate row_major col_major".split(
    " ",
  );
const EXPERIMENTAL_DECLARATION = new RegExp(`const (${EXPERIMENTAL.join("|")}) = 0u;`, "g");

function declareExperimental(wgsl: string): string {
  if (!wgsl.includes("subgroup_matrix_")) return wgsl;
  return `${wgsl}\n${EXPERIMENTAL.map((name) => `const ${name} = 0u;`).join("\n")}\n`;
}
