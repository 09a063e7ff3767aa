/// \file
/// A pretty printer of nested boxes that breaks lines where OCaml's Format does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace opamplan::syntax::syntax_impl {

/// How the breaks of a box that does not fit on its line behave.
enum class box : std::uint8_t {
  horizontal,  ///< Never a new line.
  vertical,    ///< Always a new line, even if the box fits.
  all,         ///< All of them new lines.
  packed,      ///< A new line where the text up to the next break does not fit.
  fits,        ///< Inside only: the box fits.
};

/// D. Oppen, "Prettyprinting" (1980), as OCaml's Format has it: linear time, and a queue of what
/// has not been laid out because it is not known yet whether its box fits. Sizes are in bytes.
class box_printer {
 public:
  /// The text is appended to `out`.
  explicit box_printer(std::string& out) : out_(out) { open(box::packed, 0); }

  void open(box kind, int indent) { push({entry::type::open, kind, -total_, 0, 0, indent, {}}); }

  void close() {
    queue_.push_back({entry::type::close, box::fits, 0, 0, 0, 0, {}});
    set_size(entry::type::space);
    set_size(entry::type::open);
  }

  /// `blanks` on the same line, or a new line indented by `offset` more than the box.
  void space(int blanks, int offset) {
    const long size = -total_;
    total_ += blanks;
    queue_.push_back({entry::type::space, box::fits, size, blanks, blanks, offset, {}});
    set_size(entry::type::space);
    unsized_.push_back({queue_.size() - 1, total_});
  }

  void text(std::string text) {
    const auto length = static_cast<long>(text.size());
    total_ += length;
    queue_.push_back({entry::type::text, box::fits, length, length, 0, 0, std::move(text)});
    lay_out();
  }

  /// To be called once, at the end, when all boxes are closed.
  void finish() {
    close();
    total_ = infinity;
    lay_out();
  }

 private:
  static constexpr long infinity = 1'000'000'010;
  static constexpr int margin = 78;
  static constexpr int greatest_indent = 68;

  struct entry {
    enum class type : std::uint8_t { open, close, space, text };
    type what;
    box kind;
    long size;  // up to the end of the box or to the next break; negative: not known yet
    long length;
    int blanks;
    int offset;
    std::string text;
  };

  struct open_box {
    box kind;
    int width;
  };

  struct pending {
    std::size_t index;  // in the queue
    long total;
  };

  void push(entry e) {
    queue_.push_back(std::move(e));
    unsized_.push_back({queue_.size() - 1, total_});
  }

  // The size of the innermost pending entry, if it is one of these.
  void set_size(entry::type what) {
    if (unsized_.empty()) return;
    if (unsized_.back().total < laid_out_) {
      unsized_.clear();  // all of them are laid out already
      return;
    }
    entry& e = queue_[unsized_.back().index];
    if (e.what != what) return;
    e.size += total_;
    unsized_.pop_back();
  }

  void lay_out() {
    for (; next_ < queue_.size(); ++next_) {
      entry& e = queue_[next_];
      if (e.size < 0 && total_ - laid_out_ < left_) return;
      lay_out(e, e.size < 0 ? infinity : e.size);
      laid_out_ += e.length;
    }
  }

  void lay_out(entry& e, long size) {
    switch (e.what) {
      case entry::type::text:
        left_ -= static_cast<int>(size);
        out_ += e.text;
        e.text = {};
        break;
      case entry::type::open: {
        if (margin - left_ > greatest_indent && !boxes_.empty() && boxes_.back().width > left_ &&
            boxes_.back().kind != box::fits && boxes_.back().kind != box::horizontal) {
          new_line(boxes_.back().width, 0);
        }
        const int width = left_ - e.offset;
        const bool keeps = e.kind == box::vertical || size > left_;
        boxes_.push_back({keeps ? e.kind : box::fits, width});
        break;
      }
      case entry::type::close:
        if (!boxes_.empty()) boxes_.pop_back();
        break;
      case entry::type::space: {
        if (boxes_.empty()) break;
        const open_box& in = boxes_.back();
        const bool breaks = in.kind == box::vertical || in.kind == box::all ||
                            (in.kind == box::packed && size > left_);
        if (breaks) {
          new_line(in.width, e.offset);
        } else {
          left_ -= e.blanks;
          out_.append(static_cast<std::size_t>(e.blanks), ' ');
        }
        break;
      }
    }
  }

  void new_line(int width, int offset) {
    const int indent = std::min(greatest_indent, margin - width + offset);
    left_ = margin - indent;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(std::max(indent, 0)), ' ');
  }

  std::string& out_;
  std::vector<entry> queue_;
  std::vector<pending> unsized_;
  std::vector<open_box> boxes_;
  std::size_t next_ = 0;  // of the queue, to be laid out
  long laid_out_ = 1;
  long total_ = 1;
  int left_ = margin;
};

}  // namespace opamplan::syntax::syntax_impl
