// The index of a workgroup in a linear grid, which the host folds into two dimensions where it is long.
fn linear_workgroup(workgroup: vec3u, workgroups: vec3u) -> u32 {
  return workgroup.x + workgroup.y * workgroups.x;
}
