// Sums and maxima over the LANES invocations of a workgroup, in a fixed order; every lane gets the result.
// With SUBGROUPS the workgroup is exactly one subgroup, and registers suffice. Otherwise the lanes reduce by a tree in workgroup memory,
// which is right at any subgroup size and needs no feature. Call from uniform control flow only.
import constants::LANES;

@if(!SUBGROUPS) var<workgroup> scratch: array<f32, LANES>;

@if(SUBGROUPS)
fn reduce_sum(value: f32, lane: u32) -> f32 {
  return subgroupAdd(value);
}

@if(SUBGROUPS)
fn reduce_max(value: f32, lane: u32) -> f32 {
  return subgroupMax(value);
}

@if(!SUBGROUPS)
fn reduce_sum(value: f32, lane: u32) -> f32 {
  scratch[lane] = value;
  workgroupBarrier();
  for (var stride = u32(LANES) / 2u; stride > 0u; stride >>= 1u) {
    if lane < stride {
      scratch[lane] += scratch[lane + stride];
    }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&scratch[0]);
}

@if(!SUBGROUPS)
fn reduce_max(value: f32, lane: u32) -> f32 {
  scratch[lane] = value;
  workgroupBarrier();
  for (var stride = u32(LANES) / 2u; stride > 0u; stride >>= 1u) {
    if lane < stride {
      scratch[lane] = max(scratch[lane], scratch[lane + stride]);
    }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&scratch[0]);
}
