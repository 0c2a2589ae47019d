#include "doxa/models/pomdp/format/extra_colon.h"

namespace doxa::pomdp_format {
namespace {

using Kind = Token::Kind;

void note(TokenReader& reader, Position at) {
  reader.repaired(at, "found ':' before a number or a word that stands for some, expected none: passed over");
}

}  // namespace

bool on_to_member(TokenReader& reader, Numbers instead) {
  const Position at = reader.token().at;
  if (!reader.accept(Kind::colon)) return false;
  if (!reader.lenient()) return true;
  const Token& next = reader.token();
  bool extra = next.is(Kind::real) || next.is(Kind::minus) || next.is(Kind::plus) || next.is("uniform") ||
               next.is("identity") || next.is("reset");
  if (next.is(Kind::integer) && instead.count > 1 && instead.count != instead.with_member)
    extra = reader.numbers_ahead(instead.count + 1) == instead.count;
  if (extra) note(reader, at);
  return !extra;
}

void pass_extra_colon(TokenReader& reader) {
  if (!reader.lenient() || !reader.token().is(Kind::colon)) return;
  note(reader, reader.token().at);
  reader.advance();
}

}  // namespace doxa::pomdp_format
