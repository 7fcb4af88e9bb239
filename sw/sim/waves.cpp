#include "waves.h"

#ifdef SCE_SIM_WAVES

#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>

#if __has_include("fstcpp/fstcpp_writer.h")
#define SCE_SIM_FST_IN_CPP
#include "fstcpp/fstcpp_writer.h"
#endif

namespace sce {

namespace {

#ifdef SCE_SIM_FST_IN_CPP

// Verilator's writer checks no error of its stream, aborts when it meets one, and is not freed when
// it is closed. So this code reaches the two members that matter; the language allows it, because
// an explicit instantiation may name private members.
using WriterMember = fst::Writer* VerilatedFst::*;
using FileMember = std::ofstream fst::Writer::*;
WriterMember writer_member();
FileMember file_member();

template <WriterMember writer, FileMember file>
struct Reveal {
  friend WriterMember writer_member() { return writer; }
  friend FileMember file_member() { return file; }
};
template struct Reveal<&VerilatedFst::m_fst, &fst::Writer::m_main_fst_file_>;

fst::Writer* writer_of(VerilatedFstC& trace) { return trace.spTrace()->*writer_member(); }
std::ofstream* file_of(fst::Writer* writer) {
  return writer == nullptr ? nullptr : &(writer->*file_member());
}
void release(fst::Writer* writer) { delete writer; }

#else

struct Unknown {};
Unknown* writer_of(VerilatedFstC&) { return nullptr; }
std::ofstream* file_of(Unknown*) { return nullptr; }
void release(Unknown*) {}

#endif

}  // namespace

bool Waves::is_open() const { return trace_ != nullptr; }

bool Waves::fail(const char* why) {
  error_ = "waves cannot be written to " + path_ + ": " + why;
  return false;
}

// Ends the waves without writing anything more.
void Waves::drop() {
  auto* const writer = writer_of(*trace_);
  if (std::ofstream* file = file_of(writer)) {
    file->exceptions(std::ios::goodbit);
    file->close();
  }
  try {
    trace_->close();
    release(writer);
    trace_.reset();
  } catch (...) {
    (void)trace_.release();  // it fails again, and would fail in its destructor
  }
}

bool Waves::open(Vtop& top, const char* path) {
  close();
  error_.clear();
  path_ = path;
  errno = 0;
  try {
    trace_ = std::make_unique<VerilatedFstC>();
    top.trace(trace_.get(), 99);
    trace_->open(path);
    const int reason = errno;
    std::ofstream* const file = file_of(writer_of(*trace_));
    if (trace_->isOpen() && (file == nullptr || file->is_open())) {
      if (file != nullptr) file->exceptions(std::ios::badbit | std::ios::failbit);
      return true;
    }
    fail(std::strerror(reason));
  } catch (const std::exception& error) {
    fail(errno != 0 ? std::strerror(errno) : error.what());
  }
  if (trace_ != nullptr) drop();
  return false;
}

void Waves::dump(uint64_t time) {
  if (trace_ == nullptr) return;
  errno = 0;
  try {
    trace_->dump(time);
  } catch (const std::exception& error) {
    fail(errno != 0 ? std::strerror(errno) : error.what());
    drop();
  }
}

bool Waves::close() {
  if (trace_ == nullptr) return error_.empty();
  errno = 0;
  try {
    auto* const writer = writer_of(*trace_);
    trace_->close();
    release(writer);
    trace_.reset();
  } catch (const std::exception& error) {
    fail(errno != 0 ? std::strerror(errno) : error.what());
    drop();
  }
  return error_.empty();
}

void Waves::forget() { (void)trace_.release(); }

}  // namespace sce

#else

namespace sce {

bool Waves::is_open() const { return false; }

bool Waves::open(Vtop&, const char*) {
  error_ = "this library was built without waves";
  return false;
}

void Waves::dump(uint64_t) {}
bool Waves::close() { return true; }
void Waves::forget() {}

}  // namespace sce

#endif
