// The index of a workgroup in a linear grid. The host folds a grid that exceeds the device's limit into two dimensions.
fn linear_workgroup(workgroup: vec3u, workgroups: vec3u) -> u32 {
  return workgroup.x + workgroup.y * workgroups.x;
}
