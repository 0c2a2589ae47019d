#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/autograd/tensor.h"

namespace doxa {

/// A step of an imagined episode: what is known after it, and what it is expected to pay.
struct ImaginedStep {
  Tensor known;                 ///< [B, …]
  std::vector<double> rewards;  ///< E[r_k | …], [B]
};

/// A model of the world as an agent uses it, learned or known. What it knows of B episodes is a tensor with
/// a row for each; only the model knows what the numbers mean. Two verbs carry it from step to step:
///
///   observe(w, known, a, o, random)  after a_{k-1}, o_k has come from the world
///   imagine(w, known, a, random)     after a_{k-1}, o_k is drawn from the model, and so is what it pays
///
/// and around them
///
///   start(w, B, random)              what is known before the first step, [B, …]
///   shown(w, known)                  what an actor is shown of it, [B, F], numbers of order 1
///   actions(w), features(w)          A and F
///
/// An actor that is trained by the second verb and acts by the first sees the same kind of thing in both.
/// What `shown` returns decides what it can plan: with a function of actions and observations, imagination
/// is the belief MDP. The four models are RssmWorld (rssm_world.h), ExactBeliefWorld, HiddenStateWorld
/// (known_worlds.h), and any of the reader's.
template <class W>
concept WorldModel = requires(W& w, const Tensor& known, std::span<const Index> indices, Index n,
                              Philox& random) {
  { actions(w) } -> std::same_as<Index>;
  { features(w) } -> std::same_as<Index>;
  { start(w, n, random) } -> std::same_as<Tensor>;
  { observe(w, known, indices, indices, random) } -> std::same_as<Tensor>;
  { imagine(w, known, indices, random) } -> std::same_as<ImaginedStep>;
  { shown(w, known) } -> std::same_as<Tensor>;
};

/// The rows of a tensor [n, …] with these indices, in this order.
Tensor selected_rows(const Tensor& x, std::span<const Index> chosen);
/// Tensors [n_i, w] one below the other.
Tensor stacked_rows(std::span<const Tensor> parts);

}  // namespace doxa
