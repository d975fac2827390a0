// The score of a query and a key by the product of the two, of which one is scaled already: the product itself, or with CAPPED
// CAP tanh(product / CAP), whose slope by the product is 1 - (score / CAP)^2.
@if(CAPPED) import package::lib::soft_cap::{soft_cap, soft_cap_of_four, soft_cap_slope};
@if(CAPPED) import constants::CAP;

fn score_of(product: f32) -> f32 {
  @if(CAPPED) { return soft_cap(product, f32(CAP)); }
  @if(!CAPPED) { return product; }
}

fn four_scores_of(products: vec4f) -> vec4f {
  @if(CAPPED) { return soft_cap_of_four(products, f32(CAP)); }
  @if(!CAPPED) { return products; }
}

fn slope_of_score(score: f32) -> f32 {
  @if(CAPPED) { return soft_cap_slope(vec4f(score), f32(CAP)).x; }
  @if(!CAPPED) { return 1.0; }
}

fn slopes_of_four_scores(scores: vec4f) -> vec4f {
  @if(CAPPED) { return soft_cap_slope(scores, f32(CAP)); }
  @if(!CAPPED) { return vec4f(1.0); }
}
