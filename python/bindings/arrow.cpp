/// \file
/// Buffers of columns, and the structures of Arrow's C data interface that point to them.
#include "arrow.hpp"

#include <cstring>
#include <limits>
#include <memory>
#include <opamplan/base/error.hpp>

// As Arrow's specification has them, which asks to copy them.
extern "C" {
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  ArrowSchema** children;
  ArrowSchema* dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};
struct ArrowArrayStream {
  int (*get_schema)(ArrowArrayStream*, ArrowSchema*);
  int (*get_next)(ArrowArrayStream*, ArrowArray*);
  const char* (*get_last_error)(ArrowArrayStream*);
  void (*release)(ArrowArrayStream*);
  void* private_data;
};
}

namespace opamplan::python {
namespace {

constexpr std::int64_t is_nullable = 2;  // ARROW_FLAG_NULLABLE

/// A column, its buffers filled; children are the elements of lists, or the columns of a table.
struct array_data {
  std::string name;
  std::string format;
  std::int64_t length = 0;
  std::int64_t nulls = 0;
  std::vector<std::vector<std::uint8_t>> buffers;  // as the layout of the format wants them
  std::vector<array_data> children;

  explicit array_data(std::string of, std::string as, std::size_t buffer_count)
      : name(std::move(of)), format(std::move(as)), buffers(buffer_count) {}
};

template <class T>
void append(std::vector<std::uint8_t>& buffer, T value) {
  const std::size_t at = buffer.size();
  buffer.resize(at + sizeof value);
  std::memcpy(buffer.data() + at, &value, sizeof value);
}

void append_bit(std::vector<std::uint8_t>& buffer, std::int64_t at, bool value) {
  if (at % 8 == 0) buffer.push_back(0);
  if (value) buffer.back() |= static_cast<std::uint8_t>(1U << (at % 8));
}

/// Appends the next offset: where the element that was added last ends.
void append_end(array_data& data, std::size_t end) {
  if (end > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw invalid_request("the column " + data.name + " is too large for Arrow");
  }
  append(data.buffers[1], static_cast<std::int32_t>(end));
}

array_data empty_array(const std::string& name, arrow_type type) {
  const auto list = [&](arrow_type of) {
    array_data data(name, "+l", 2);
    append_end(data, 0);
    data.children.push_back(empty_array("item", of));
    return data;
  };
  switch (type) {
    case arrow_type::number:
      return array_data(name, "l", 2);
    case arrow_type::real:
      return array_data(name, "g", 2);
    case arrow_type::flag:
      return array_data(name, "b", 2);
    case arrow_type::texts:
      return list(arrow_type::text);
    case arrow_type::numbers:
      return list(arrow_type::number);
    case arrow_type::text:
      break;
  }
  array_data data(name, "u", 3);
  append_end(data, 0);
  return data;
}

void add(array_data& data, const py::handle& value) {
  const bool there = !value.is_none();
  append_bit(data.buffers[0], data.length, there);
  data.nulls += there ? 0 : 1;
  switch (data.format[0]) {
    case 'l':
      append(data.buffers[1], there ? value.cast<std::int64_t>() : 0);
      break;
    case 'g':
      append(data.buffers[1], there ? value.cast<double>() : 0.0);
      break;
    case 'b':
      append_bit(data.buffers[1], data.length, there && value.cast<bool>());
      break;
    case 'u':
      if (there) {
        const auto text = value.cast<std::string>();
        data.buffers[2].insert(data.buffers[2].end(), text.begin(), text.end());
      }
      append_end(data, data.buffers[2].size());
      break;
    default: {
      array_data& items = data.children.front();
      if (there) {
        for (const py::handle item : value) add(items, item);
      }
      append_end(data, static_cast<std::size_t>(items.length));
    }
  }
  ++data.length;
}

using shared_table = std::shared_ptr<const array_data>;

/// What an exported structure owns: the data, and the structures below it.
template <class Struct>
struct exported {
  shared_table table;
  std::vector<Struct> children;
  std::vector<Struct*> places;
  std::vector<const void*> buffers;

  static void release(Struct* s) {
    for (std::int64_t i = 0; i < s->n_children; ++i) {
      // One that was taken out has its release cleared, and belongs to who took it.
      if (s->children[i]->release != nullptr) s->children[i]->release(s->children[i]);
    }
    delete static_cast<exported*>(s->private_data);
    s->release = nullptr;
  }
};

template <class Struct, class Export>
void export_children(Struct& out, exported<Struct>& owner, const array_data& data,
                     const Export& each) {
  owner.children.resize(data.children.size());
  for (std::size_t i = 0; i < data.children.size(); ++i) {
    each(owner.table, data.children[i], owner.children[i]);
    owner.places.push_back(&owner.children[i]);
  }
  out.n_children = static_cast<std::int64_t>(owner.children.size());
  out.children = owner.places.data();
  out.release = &exported<Struct>::release;
  out.private_data = &owner;
}

void export_schema(const shared_table& table, const array_data& data, ArrowSchema& out) {
  auto owner = std::make_unique<exported<ArrowSchema>>();
  owner->table = table;
  out = {};
  out.format = data.format.c_str();
  out.name = data.name.c_str();
  out.flags = is_nullable;
  export_children(out, *owner, data, export_schema);
  static_cast<void>(owner.release());
}

void export_array(const shared_table& table, const array_data& data, ArrowArray& out) {
  auto owner = std::make_unique<exported<ArrowArray>>();
  owner->table = table;
  for (std::size_t i = 0; i < data.buffers.size(); ++i) {
    static constexpr std::uint8_t nothing = 0;  // a pointer for buffers without a byte
    const std::vector<std::uint8_t>& buffer = data.buffers[i];
    const bool no_nulls = i == 0 && data.nulls == 0;
    owner->buffers.push_back(no_nulls ? nullptr : buffer.empty() ? &nothing : buffer.data());
  }
  out = {};
  out.length = data.length;
  out.null_count = data.nulls;
  out.n_buffers = static_cast<std::int64_t>(owner->buffers.size());
  out.buffers = owner->buffers.data();
  export_children(out, *owner, data, export_array);
  static_cast<void>(owner.release());
}

struct stream_state {
  shared_table table;
  bool done = false;
};

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  const auto& state = *static_cast<stream_state*>(stream->private_data);
  export_schema(state.table, *state.table, *out);
  return 0;
}

/// The one batch, then the end: a released array.
int get_next(ArrowArrayStream* stream, ArrowArray* out) {
  auto& state = *static_cast<stream_state*>(stream->private_data);
  *out = {};
  if (!state.done) export_array(state.table, *state.table, *out);
  state.done = true;
  return 0;
}

const char* get_last_error(ArrowArrayStream*) { return nullptr; }

void release_stream(ArrowArrayStream* stream) {
  delete static_cast<stream_state*>(stream->private_data);
  stream->release = nullptr;
}

/// A stream that nobody took is released with its capsule.
void drop_capsule(PyObject* capsule) {
  auto* const stream =
      static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, "arrow_array_stream"));
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

}  // namespace

py::capsule arrow_stream(const column_dict& columns, const arrow_schema& schema) {
  array_data table("", "+s", 1);
  for (const auto& [name, type] : schema) {
    array_data& column = table.children.emplace_back(empty_array(name, type));
    for (const py::handle value : columns[name.c_str()]) add(column, value);
    table.length = column.length;
  }
  auto state = std::make_unique<stream_state>();
  state->table = std::make_shared<const array_data>(std::move(table));
  auto stream = std::make_unique<ArrowArrayStream>(
      ArrowArrayStream{get_schema, get_next, get_last_error, release_stream, state.get()});
  py::capsule capsule(stream.get(), "arrow_array_stream", &drop_capsule);
  static_cast<void>(state.release());
  static_cast<void>(stream.release());
  return capsule;
}

}  // namespace opamplan::python
