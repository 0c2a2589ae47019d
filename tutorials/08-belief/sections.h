#pragma once

#include "belief_mdp.h"
#include "experiment.h"

// How often Tiger's roar is right, unless --ear says otherwise.
inline constexpr double default_ear = 0.85;

// Tiger with another ear.
doxa::Pomdp tiger_with_ear(doxa::Pomdp m, double ear);

// Roars and doors as letters: L and R are roars heard while listening, D is a door that is opened. What is
// heard at a door tells nothing; here it is on the left. Its states are unknown.
doxa::Trajectory from_letters(const std::string& letters);
// What is wrong with such a word, for --heard; nothing if all is well.
std::string fault_of_letters(const std::string& letters);

// The question that the chapter opens with, on Tiger: what is believed after a few roars, by the belief and by
// rules that look as good; what each costs; and a word of the reader's (empty: none).
void roars(doxa::support::Chapter& chapter, const doxa::Pomdp& tiger, double ear, const std::string& heard);
// A word of roars, looking back from its end (empty: the one of the text).
void looking_back(doxa::support::Chapter& chapter, const doxa::Pomdp& tiger, double ear,
                  const std::string& heard);
