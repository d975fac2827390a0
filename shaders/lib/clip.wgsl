// PPO's clip of a probability ratio r (Schulman et al. 2017, arXiv 1707.06347), with the dual clip (arXiv 1912.09729) where A < 0:
//   value = -min(r A, clamp(r, 1 - low, 1 + high) A), for A < 0 at most -dual A
import package::lib::loss::Surrogate;

struct Clip {
  low: f32,
  high: f32,
  dual: f32, // 0: off
}

// The bounds of a clip as a controller moves them: above 0 there is more room below 1 and less above it, which lowers entropy.
fn tilted(clip: Clip, tilt: f32) -> Clip {
  if tilt == 0.0 {
    return clip;
  }
  return Clip(clip.low * exp(tilt), clip.high * exp(-tilt), clip.dual);
}

// Whether a bound holds; the token then has slope 0.
fn clip_holds(advantage: f32, ratio: f32, clip: Clip) -> bool {
  let dual = clip.dual > 0.0 && ratio > clip.dual;
  return (advantage < 0.0 && (ratio < 1.0 - clip.low || dual)) || (advantage > 0.0 && ratio > 1.0 + clip.high);
}

fn clipped(advantage: f32, ratio: f32, ratio_slope: f32, clip: Clip) -> Surrogate {
  let low = advantage < 0.0 && ratio < 1.0 - clip.low;
  let high = advantage > 0.0 && ratio > 1.0 + clip.high;
  let dual = advantage < 0.0 && clip.dual > 0.0 && ratio > clip.dual;
  let bounded = clamp(ratio, 1.0 - clip.low, 1.0 + clip.high);
  let value = select(-min(ratio * advantage, bounded * advantage), -clip.dual * advantage, dual);
  return Surrogate(value, select(-advantage * ratio_slope, 0.0, clip_holds(advantage, ratio, clip)), low, high);
}
