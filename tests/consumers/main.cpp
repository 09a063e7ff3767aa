/// \file
/// A program of somebody else that uses opamplan; each folder beside builds it another way.
#include <cstdio>
#include <opamplan/opamplan.hpp>
#include <string>

int main() {
  const auto file =
      opamplan::syntax::parse("opam-version: \"2.0\"\ndepends: [\"ocaml\" {>= \"5.0\"}]\n");
  const auto depends = file.find("depends");
  if (!depends) return 1;
  try {
    opamplan::syntax::parse("depends: [");
  } catch (const opamplan::error& error) {
    std::printf("an opam file was read, and a broken one refused: %s\n", error.what());
    return 0;
  }
  return 1;
}
