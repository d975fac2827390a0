const WORKGROUP = "@builtin(workgroup_id) workgroup: vec3u";
const WORKGROUPS = "@builtin(num_workgroups) workgroups: vec3u";

/** A kernel whose first workgroup does the work of the last one, and so on; a text without a grid as it is. */
export function reversed(wgsl: string): string {
  if (!wgsl.includes(WORKGROUP)) return wgsl;
  const count = wgsl.includes(WORKGROUPS) ? "" : `, ${WORKGROUPS}`;
  const asked = wgsl.replace(WORKGROUP, `@builtin(workgroup_id) forwards: vec3u${count}`);
  return asked.replace(/(fn main\([^{]*\{)/, "$1 let workgroup = workgroups - 1u - forwards;");
}
