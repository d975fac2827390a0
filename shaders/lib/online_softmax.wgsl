// Softmax over scores that come one at a time (Milakov & Gimelshein 2018, arXiv 1805.02867): what was summed is relative to the largest score so
// far, and shrinks where a larger one comes.
import package::lib::numeric::LOWEST;

struct TakenScore {
  largest: f32, // the largest score, this one included
  shrink: f32, // what earlier sums are multiplied by
  weight: f32, // of this score
}

// A score that is not attended to changes nothing.
fn take_score(whole: f32, is_attended: bool, largest: f32) -> TakenScore {
  let score = select(LOWEST, whole, is_attended);
  // One of the two factors is 1, so one exponential serves both.
  let grows = score > largest;
  let smaller = exp(-abs(score - largest));
  let shrink = select(1.0, smaller, grows);
  let weight = select(0.0, select(smaller, 1.0, grows), is_attended);
  return TakenScore(max(largest, score), shrink, weight);
}
