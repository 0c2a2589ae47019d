#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doxa/autograd/internal/gradcheck/checked_function.h"

namespace doxa {

/// The properties of a gradient that hold to the last bit, or up to rounding: see check_gradients. Each
/// method adds a sentence to `violations_` for a property that does not hold.
class Properties {
 public:
  Properties(CheckedFunction& function, Philox& random, double resolution);
  std::vector<std::string> violated();

 private:
  using Numbers = std::vector<double>;

  void violation(std::string sentence) { violations_.push_back(std::move(sentence)); }
  void report(const std::string& what, const std::optional<std::string>& where) {
    if (where) violation(what + ", " + *where);
  }
  static std::string text(double x);  // 17 digits, from which x can be read back
  static Tensor combined(double a, const Tensor& v, double b, const Tensor& w);  // a v + b w
  // The first element at which two gradients differ in any bit. NaN equals NaN, and 0 equals -0.
  std::optional<std::string> difference(const Numbers& got, const Numbers& expected) const;
  // The same, if they differ by more than rounding can explain, which moves the elements of each leaf's
  // gradient by as much as `rounding` says. Elements that should not be finite are left out.
  std::optional<std::string> beyond_rounding(const Numbers& got, const Numbers& expected,
                                             const Numbers& rounding) const;

  // properties.cpp
  void exceptions();
  // linearity.cpp
  void linearity(Var y);
  bool scales(Var y, const Tensor& of, const Numbers& gradient_of_it, double factor, const std::string& what);
  std::optional<std::string> far_off(const Numbers& got, const Numbers& expected,
                                     const Numbers& before) const;
  void measure_rounding(Var y, const Tensor& cotangent, const Numbers& gradient, Numbers& rounding);
  // uses.cpp
  void another_use(bool before);
  void two_uses();
  void expect_sum(const std::string& what, Var p, Var q);
  // constant_inputs.cpp
  void constant_inputs();
  void with_constants(const std::string& what, const std::vector<const Tensor*>& constants);
  // other_inputs.cpp
  void other_inputs();
  Numbers other_point(double distance);
  Verdict check_elsewhere(std::unique_ptr<CheckedFunction>& there);
  GradientEntry in_a_direction(CheckedFunction& f);

  CheckedFunction& f_;
  Philox& random_;
  double resolution_;
  Tensor v_, w_;         // two random cotangents
  Numbers of_v_, of_w_;  // their gradients
  std::vector<double>
      rounding_;  // for each leaf, how far rounding was seen to move an element of its gradient
  std::vector<std::string> violations_;
};

}  // namespace doxa
