#include "CRE2.h"

#include <re2/re2.h>

#include <vector>

struct CRE2Expression {
  re2::RE2 compiled;

  CRE2Expression(const re2::StringPiece &source, const re2::RE2::Options &options)
      : compiled(source, options) {}
};

static re2::StringPiece piece(const uint8_t *text, size_t length) {
  // A null data pointer would read as "no match" in RE2's results.
  return length == 0 ? re2::StringPiece("", 0) : re2::StringPiece(reinterpret_cast<const char *>(text), length);
}

extern "C" {

CRE2Expression *cre2_compile(const uint8_t *source, size_t length) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return new CRE2Expression(piece(source, length), options);
}

void cre2_free(CRE2Expression *expression) { delete expression; }

const char *cre2_problem(const CRE2Expression *expression) {
  return expression->compiled.ok() ? nullptr : expression->compiled.error().c_str();
}

const char *cre2_problem_part(const CRE2Expression *expression) {
  return expression->compiled.error_arg().c_str();
}

int32_t cre2_group_count(const CRE2Expression *expression) {
  return expression->compiled.NumberOfCapturingGroups();
}

bool cre2_matches(const CRE2Expression *expression, const uint8_t *text, size_t length) {
  return expression->compiled.Match(piece(text, length), 0, length, re2::RE2::ANCHOR_BOTH, nullptr, 0);
}

bool cre2_find(
  const CRE2Expression *expression, const uint8_t *text, size_t length, size_t start, int64_t *bounds,
  int32_t bound_count) {
  constexpr int32_t few = 16;
  re2::StringPiece near[few];
  std::vector<re2::StringPiece> far;
  re2::StringPiece *groups = near;
  if (bound_count > few) {
    far.resize(bound_count);
    groups = far.data();
  }
  re2::StringPiece whole = piece(text, length);
  if (!expression->compiled.Match(whole, start, length, re2::RE2::UNANCHORED, groups, bound_count)) {
    return false;
  }
  for (int32_t index = 0; index < bound_count; index++) {
    bool took_part = groups[index].data() != nullptr;
    bounds[2 * index] = took_part ? groups[index].data() - whole.data() : -1;
    bounds[2 * index + 1] = took_part ? bounds[2 * index] + static_cast<int64_t>(groups[index].size()) : -1;
  }
  return true;
}

}
