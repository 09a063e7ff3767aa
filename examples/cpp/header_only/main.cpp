/// \file
/// Changes one field of an opam file and keeps every other byte: set_field FILE FIELD VALUE >NEW
#include <fstream>
#include <iostream>
#include <iterator>
#include <opamplan/syntax/edit.hpp>
#include <opamplan/syntax/parser.hpp>
#include <string>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: set_field FILE FIELD VALUE, as in: set_field opam version '\"1.2\"'\n";
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  try {
    const auto file = opamplan::syntax::parse(std::move(text), argv[1]);
    std::cout << opamplan::syntax::set_field(file, argv[2], argv[3]);
  } catch (const opamplan::error& error) {
    std::cerr << error.what() << '\n';  // with file, line, column and what was expected
    return 1;
  }
}
