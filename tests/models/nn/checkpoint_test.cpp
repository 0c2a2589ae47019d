#include "doxa/models/nn/checkpoint.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "doxa/models/files/file.h"
#include "doxa/models/nn/mlp.h"
#include "tests/support/full_disk.h"
#include "tests/support/scratch.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// A small run with everything that a checkpoint keeps: a network that learns a function from fresh batches.
struct SmallRun {
  Mlp mlp;
  Adam adam{.rate = 0.01, .max_norm = 0.5};
  Philox data, noise;
  Index step = 0;
  std::vector<double> curve = {};
  std::vector<Tensor> best = {};
  std::map<std::string, std::string> settings = {{"hidden", "5"}, {"batch", "4"}};
  Tape tape;

  explicit SmallRun(std::uint64_t seed, Index hidden = 5)
      : mlp(make(seed, hidden)), data(seed, 1), noise(seed, 2) {}

  static Mlp make(std::uint64_t seed, Index hidden) {
    Philox random(seed);
    return Mlp("net", {2, hidden, 1}, random);
  }

  void steps(int n) {
    for (; n > 0; --n) {
      tape.clear();
      const Tensor x = normal_noise({4, 2}, data);
      data();  // so that the generator stops within a block too
      const Var y = mlp(tape.constant(x)) + Real(0.1) * normal_noise(tape, {4, 1}, noise);
      const Var loss = mean(square(y - sum(tape.constant(x), {1}, true)));
      tape.backward(loss);
      adam.rate = 0.01 / static_cast<double>(++step);
      adam.step(parameters(mlp));
      curve.push_back(loss.item());
      if (step % 3 == 0) {
        best.clear();
        for (const Parameter* p : parameters(mlp)) best.push_back(p->value);
      }
    }
  }

  TrainingState checkpoint() {
    return {.parameters = parameters(mlp),
            .adam = &adam,
            .generators = {{"data", &data}, {"noise", &noise}},
            .counters = {{"step", &step}},
            .series = {{"loss", &curve}},
            .copies = {{"best", &best}},
            .settings = settings};
  }
};

// Equal to the last bit: the bytes of all that is kept.
void expect_same(SmallRun& a, SmallRun& b) {
  EXPECT_EQ(contents(a.checkpoint()).arrays, contents(b.checkpoint()).arrays);
}

TEST(TrainingCheckpoint, AResumedRunIsBitForBitTheUninterruptedOne) {
  const Scratch scratch;
  for (const int k : {0, 1, 5, 12}) {
    SmallRun whole(1), first(1), second(99);  // the second one starts elsewhere, and is put right
    whole.steps(12);
    first.steps(k);
    save_checkpoint(scratch / "run.safetensors", first.checkpoint());
    second.steps(2);
    load_checkpoint(scratch / "run.safetensors", second.checkpoint());
    expect_same(second, first);
    second.steps(12 - k);
    expect_same(second, whole);
    EXPECT_EQ(second.data(), whole.data());
    EXPECT_EQ(second.noise.normal(), whole.noise.normal());
  }
}

TEST(TrainingCheckpoint, GradientsLeftOverDoNotCount) {
  SmallRun a(1), b(1);
  a.steps(3);
  b.steps(3);
  parameters(b.mlp)[0]->gradient[0] = 7;
  restore(b.checkpoint(), contents(a.checkpoint()));
  a.steps(1);
  b.steps(1);
  expect_same(a, b);
}

// Every way in which a file can differ from what a run expects.
class CheckpointRefusal : public ::testing::Test {
 protected:
  CheckpointRefusal() : saved_(1), run_(2) {
    saved_.steps(4);
    run_.steps(7);
    file_ = contents(saved_.checkpoint());
    file_.file = "run.safetensors";
  }

  void expect_refused(const std::string& text) {
    const auto before = contents(run_.checkpoint());
    EXPECT_SAYS(FileError, "run.safetensors: " + text, restore(run_.checkpoint(), file_));
    EXPECT_EQ(contents(run_.checkpoint()).arrays, before.arrays) << "nothing has changed";
  }

  SmallRun saved_, run_;
  Safetensors file_;
  const std::string real_ = sizeof(Real) == 8 ? "F64" : "F32", other_ = sizeof(Real) == 8 ? "F32" : "F64";
};

TEST_F(CheckpointRefusal, NothingIsWrongToBeginWith) { EXPECT_NO_THROW(restore(run_.checkpoint(), file_)); }

TEST_F(CheckpointRefusal, OtherSettings) {
  run_.settings["hidden"] = "6";
  expect_refused("found a checkpoint written with hidden '5', expected hidden '6' as in this run");
  run_.settings["hidden"] = "5";
  run_.settings["variant"] = "thin";
  expect_refused(
      "found a checkpoint written without a setting variant, expected variant 'thin' as in this run");
  run_.settings.erase("variant");
  run_.settings.erase("batch");
  expect_refused(
      "found a checkpoint written with a setting 'batch' = '4', expected no such setting as in this run");
  run_.settings["batch"] = "4";
  run_.adam.beta2 = 0.99;
  expect_refused(
      "found a checkpoint written with adam.beta2 '0.999', expected adam.beta2 '0.99' as in this run");
}

TEST_F(CheckpointRefusal, OtherKindsOfFile) {
  file_.metadata.erase("doxa");
  expect_refused("found no metadata doxa = 'checkpoint 1', expected a checkpoint of a run");
}

TEST_F(CheckpointRefusal, AMissingArray) {
  for (const auto& [name, array] : contents(saved_.checkpoint()).arrays) {
    file_.arrays.erase(name);
    // Without the first of them there are no copies, and the others are too many.
    if (name == "copy/best/" + parameters(saved_.mlp)[0]->name)
      EXPECT_THROW(restore(run_.checkpoint(), file_), FileError);
    else
      expect_refused("'" + name + "': found nothing, expected " +
                     (name == "series/loss" ? "F64 of any length" : array.str()));
    file_.arrays[name] = array;
  }
}

TEST_F(CheckpointRefusal, ASuperfluousArray) {
  file_.arrays["parameter/net/layer3/bias"] = stored(Tensor(Shape{2}));
  expect_refused("'parameter/net/layer3/bias': found " + real_ + " [2], expected no array of that name");
}

TEST_F(CheckpointRefusal, AnotherShape) {
  file_.arrays["parameter/net/layer1/weight"] = stored(Tensor(Shape{5, 2}));
  expect_refused("'parameter/net/layer1/weight': found " + real_ + " [5,2], expected " + real_ + " [2,5]");
}

TEST_F(CheckpointRefusal, AnotherType) {
  StoredArray& bias = file_.arrays["adam.mean/net/layer1/bias"];
  bias.dtype = sizeof(Real) == 8 ? Dtype::f32 : Dtype::f64;
  bias.bytes.assign(5 * bit_size(bias.dtype) / 8, '\0');
  expect_refused("'adam.mean/net/layer1/bias': found " + other_ + " [5], expected " + real_ + " [5]");
}

TEST_F(CheckpointRefusal, StatesThatCannotBe) {
  file_.arrays["generator/data"].bytes[48] = 5;
  expect_refused("'generator/data': found 5 words used of a block, expected at most 4");
  file_ = contents(saved_.checkpoint());
  file_.file = "run.safetensors";
  file_.arrays["adam.steps"] = stored(std::int64_t{-1});
  expect_refused("'adam.steps': found -1, expected at least 0");
  file_.arrays["adam.steps"] = stored(std::int64_t{4});
  file_.arrays["series/loss"].shape = {2, 2};
  expect_refused("'series/loss': found F64 [2,2], expected F64 of any length");
}

TEST_F(CheckpointRefusal, NumbersThatAreNotFinite) {
  const auto spoil = [&](const char* array, Index i, Real value) {
    file_ = contents(saved_.checkpoint());
    file_.file = "run.safetensors";
    Tensor t = file_.tensor(array);
    t[i] = value;
    file_.arrays.at(array) = stored(t);
  };
  const Real inf = std::numeric_limits<Real>::infinity(), nan = std::numeric_limits<Real>::quiet_NaN();
  spoil("parameter/net/layer1/bias", 1, nan);
  expect_refused("'parameter/net/layer1/bias': found nan as number 2 of 5, expected finite numbers");
  spoil("parameter/net/layer1/bias", 4, -inf);
  expect_refused("'parameter/net/layer1/bias': found -inf as number 5 of 5, expected finite numbers");
  spoil("adam.mean/net/layer1/bias", 0, inf);
  expect_refused("'adam.mean/net/layer1/bias': found inf as number 1 of 5, expected finite numbers");
  spoil("adam.variance/net/layer1/bias", 2, nan);
  expect_refused(
      "'adam.variance/net/layer1/bias': found nan as number 3 of 5, expected finite numbers, at least 0");
  spoil("adam.variance/net/layer1/bias", 2, -1);
  expect_refused(
      "'adam.variance/net/layer1/bias': found -1 as number 3 of 5, expected finite numbers, at least 0");
  spoil("copy/best/net/layer1/bias", 3, inf);
  expect_refused("'copy/best/net/layer1/bias': found inf as number 4 of 5, expected finite numbers");
}

TEST_F(CheckpointRefusal, AWiderModel) {
  SmallRun wide(1, 6);
  EXPECT_THROW(restore(wide.checkpoint(), file_), FileError);
}

TEST(TrainingCheckpoint, WhatCannotBeKeptIsRefused) {
  Parameter a("same", Tensor(Shape{1})), b("same", Tensor(Shape{1}));
  EXPECT_THROW(contents({.parameters = {&a, &b}}), Refused);
  EXPECT_THROW(contents({.settings = {{"doxa", "x"}}}), Refused);
  Parameter lost("lost", Tensor(Shape{2}, {1, std::numeric_limits<Real>::quiet_NaN()}));
  EXPECT_SAYS(Refused, "checkpoint: parameter/lost: nan as number 2 of 2, expected finite numbers",
              contents({.parameters = {&lost}}));
  Adam adam{.steps = 1, .means = {Tensor(Shape{2})}, .variances = {Tensor(Shape{2})}};
  EXPECT_THROW(contents({.parameters = {&a}, .adam = &adam}), Refused);
}

TEST(TrainingCheckpoint, TheOldOneIsLostOnlyToANewerOne) {
  const Scratch scratch;
  const auto path = scratch / "run.safetensors";
  SmallRun run(1);
  run.steps(3);
  save_checkpoint(path, run.checkpoint());
  const std::string old = content(path);
  run.steps(3);
  {
    const FullDisk full(old.size() / 2);
    EXPECT_THROW(save_checkpoint(path, run.checkpoint()), std::runtime_error);
  }
  EXPECT_EQ(content(path), old);
  EXPECT_THROW(save_checkpoint(scratch / "none" / "run.safetensors", run.checkpoint()), std::runtime_error);
  EXPECT_THROW(save_checkpoint("/dev/full/run.safetensors", run.checkpoint()), std::runtime_error);
  EXPECT_EQ(scratch.entries(), 1u);
  save_checkpoint(path, run.checkpoint());
  EXPECT_NE(content(path), old);
}

TEST(TrainingCheckpoint, ATruncatedFileChangesNothing) {
  const Scratch scratch;
  SmallRun run(1), other(2);
  run.steps(3);
  other.steps(2);
  const std::string whole = format_safetensors(contents(run.checkpoint()));
  const auto before = contents(other.checkpoint()).arrays;
  for (std::size_t n = 0; n < whole.size(); n += 97) {
    write_bytes(scratch / "cut.safetensors", whole.substr(0, n));
    EXPECT_THROW(load_checkpoint(scratch / "cut.safetensors", other.checkpoint()), FileError) << n;
  }
  EXPECT_EQ(contents(other.checkpoint()).arrays, before);
}

// A wrong number that is finite looks like any other.
TEST(TrainingCheckpoint, NoBitOfAFileCanChange) {
  const Scratch scratch;
  SmallRun run(1), other(2);
  run.steps(3);
  other.steps(2);
  const auto path = scratch / "run.safetensors", damaged = scratch / "damaged.safetensors";
  save_checkpoint(path, run.checkpoint());
  const std::string whole = content(path);
  const auto before = contents(other.checkpoint()).arrays;
  for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 13) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    write_bytes(damaged, bytes);
    EXPECT_THROW(load_checkpoint(damaged, other.checkpoint()), FileError) << bit;
  }
  EXPECT_EQ(contents(other.checkpoint()).arrays, before);

  std::string bytes = whole;
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_bytes(damaged, bytes);
  const std::string text = thrown<FileError>([&] { load_checkpoint(damaged, other.checkpoint()); });
  EXPECT_TRUE(text.ends_with(" as when they were written: the file is damaged or was edited")) << text;
}

// Version 0.1.0 wrote no checksum.
TEST(TrainingCheckpoint, ReadsAFileWithoutAChecksum) {
  const Scratch scratch;
  SmallRun run(1), other(2);
  run.steps(3);
  write_bytes(scratch / "old.safetensors", format_safetensors(contents(run.checkpoint())));
  load_checkpoint(scratch / "old.safetensors", other.checkpoint());
  EXPECT_EQ(contents(other.checkpoint()).arrays, contents(run.checkpoint()).arrays);
  EXPECT_THROW(contents({.settings = {{"checksum", "x"}}}), Refused);
}

}  // namespace
}  // namespace doxa::testing
