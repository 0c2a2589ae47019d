#include "doxa/models/kalman/moments.h"

#include "doxa/models/kalman/square_root.h"

namespace doxa {
namespace {

// Y X⁻¹ for a symmetric positive definite X.
Matrix divide(const Matrix& y, const Matrix& x) {
  return transpose(solve_with_factor(cholesky_factor(x), transpose(y)));
}

Matrix outer(const Matrix& a, const Matrix& b) { return a * transpose(b); }

void add(Matrix& to, const Matrix& a) { to = to + a; }

// Σ E[(y - W x)(y - W x)ᵀ] from the sums of y yᵀ, y xᵀ and x xᵀ.
Matrix residual(const Matrix& yy, const Matrix& yx, const Matrix& xx, const Matrix& w) {
  return symmetric_part(yy - w * transpose(yx) - yx * transpose(w) + w * xx * transpose(w));
}

// ½ Q⁻¹ (square - count Q) Q⁻¹
Matrix gradient_of_covariance(const Matrix& q, const Matrix& square, double count) {
  const Matrix l = cholesky_factor(q);
  return 0.5 * symmetric_part(solve_with_factor(l, transpose(solve_with_factor(l, square - count * q))));
}

}  // namespace

ExpectedMoments expected_moments(const LinearGaussianModel& m,
                                 std::span<const LinearGaussianEpisode> episodes) {
  const Index n = m.state_size(), d = m.input_size(), o = m.observation_size();
  ExpectedMoments e{.start = Matrix(n, 1),
                    .start_square = Matrix(n, n),
                    .next_next = Matrix(n, n),
                    .next_last = Matrix(n, n + d),
                    .last_last = Matrix(n + d, n + d),
                    .seen_seen = Matrix(o, o),
                    .seen_now = Matrix(o, n + d),
                    .now_now = Matrix(n + d, n + d)};
  for (const LinearGaussianEpisode& episode : episodes) {
    const KalmanSmoothed s = smooth(m, episode.inputs, episode.observations);
    e.episodes += 1;
    e.steps += static_cast<double>(s.horizon());
    e.log_evidence += s.log_evidence;
    const Matrix off = s.smoothed[0].mean - m.start_mean;
    add(e.start, s.smoothed[0].mean);
    add(e.start_square, covariance(s.smoothed[0]) + outer(off, off));
    const auto square = [&](const GaussianBelief& state, const Matrix& joint) {
      Matrix spread(n + d, n + d);
      set_block(spread, 0, 0, covariance(state));
      return spread + outer(joint, joint);
    };
    for (std::size_t k = 1; k <= s.horizon(); ++k) {
      const auto i = static_cast<Index>(k) - 1;
      const Matrix u = row(episode.inputs, i), y = row(episode.observations, i);
      const GaussianBelief &last = s.smoothed[k - 1], &next = s.smoothed[k];
      const Matrix z = above(last.mean, u), x = above(next.mean, u);
      add(e.next_next, covariance(next) + outer(next.mean, next.mean));
      add(e.next_last, beside(transpose(s.lag_one[k - 1]), Matrix(n, d)) + outer(next.mean, z));
      add(e.last_last, square(last, z));
      add(e.seen_seen, outer(y, y));
      add(e.seen_now, outer(y, x));
      add(e.now_now, square(next, x));
    }
  }
  return e;
}

LinearGaussianModel evidence_gradient(const LinearGaussianModel& m, const ExpectedMoments& e) {
  const Index n = m.state_size(), d = m.input_size(), o = m.observation_size();
  const Matrix ab = beside(m.transition, m.transition_input), cd = beside(m.emission, m.emission_input);
  //! [fisher]
  const Matrix of_ab =
      solve_with_factor(cholesky_factor(m.transition_covariance), e.next_last - ab * e.last_last);
  //! [fisher]
  const Matrix of_cd = solve_with_factor(cholesky_factor(m.emission_covariance), e.seen_now - cd * e.now_now);
  return {.start_mean =
              solve_with_factor(cholesky_factor(m.start_covariance), e.start - e.episodes * m.start_mean),
          .start_covariance = gradient_of_covariance(m.start_covariance, e.start_square, e.episodes),
          .transition = block(of_ab, 0, 0, n, n),
          .transition_input = block(of_ab, 0, n, n, d),
          .transition_covariance = gradient_of_covariance(
              m.transition_covariance, residual(e.next_next, e.next_last, e.last_last, ab), e.steps),
          .emission = block(of_cd, 0, 0, o, n),
          .emission_input = block(of_cd, 0, n, o, d),
          .emission_covariance = gradient_of_covariance(
              m.emission_covariance, residual(e.seen_seen, e.seen_now, e.now_now, cd), e.steps)};
}

LinearGaussianModel most_likely_model(const LinearGaussianModel& old, const ExpectedMoments& e) {
  const Index n = old.state_size(), d = old.input_size(), o = old.observation_size();
  const Matrix ab = divide(e.next_last, e.last_last), cd = divide(e.seen_now, e.now_now);
  const Matrix mean = (1 / e.episodes) * e.start, moved = mean - old.start_mean;
  return {.start_mean = mean,
          .start_covariance = symmetric_part((1 / e.episodes) * e.start_square - outer(moved, moved)),
          .transition = block(ab, 0, 0, n, n),
          .transition_input = block(ab, 0, n, n, d),
          .transition_covariance = (1 / e.steps) * residual(e.next_next, e.next_last, e.last_last, ab),
          .emission = block(cd, 0, 0, o, n),
          .emission_input = block(cd, 0, n, o, d),
          .emission_covariance = (1 / e.steps) * residual(e.seen_seen, e.seen_now, e.now_now, cd)};
}

}  // namespace doxa
