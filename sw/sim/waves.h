// Waves of a Verilated model as FST, with an error in place of an abort if they cannot be written.
#pragma once

#include <cstdint>
#include <string>

#include "Vtop.h"

#ifdef SCE_SIM_WAVES
#include <memory>

#include "verilated_fst_c.h"
#endif

namespace sce {

class Waves {
 public:
  ~Waves() { close(); }

  // False, with a line in error(), if this library has no waves or the file cannot be written.
  bool open(Vtop& top, const char* path);

  // Writes the model's signals at `time`. A failure ends the waves, and close() reports it.
  void dump(uint64_t time);

  // Writes the rest. False, with a line in error(), if anything since open() could not be written.
  bool close();

  // Releases the file without writing: in a forked process, because the file belongs to the parent.
  void forget();

  bool is_open() const;
  const std::string& error() const { return error_; }

 private:
  std::string error_, path_;
#ifdef SCE_SIM_WAVES
  bool fail(const char* why);
  void drop();

  std::unique_ptr<VerilatedFstC> trace_;
#endif
};

}  // namespace sce
