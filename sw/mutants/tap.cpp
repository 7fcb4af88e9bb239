// Records every cycle at the ports of a simulated platform, for as long as the library is loaded.
// It comes before the harness of sw/sim, which then has the model that records in place of Vtop.

#include <vector>

#include "row.h"

inline std::vector<Row> recorded;

class Tap : public Vtop {
 public:
  using Vtop::Vtop;

  // Inputs and outputs have settled when the clock rises: the harness evaluates with it low first.
  void eval() {
    if (clk != 0 && !high_) recorded.emplace_back(*this);
    high_ = clk != 0;
    Vtop::eval();
  }

 private:
  bool high_ = false;
};

#pragma GCC visibility push(default)
extern "C" {

// The rows so far, each of so many bytes; they stay where they are until the clock moves on.
uint64_t sce_trace(const void** rows, uint64_t* bytes) {
  *rows = recorded.data();
  *bytes = sizeof(Row);
  return recorded.size();
}

}  // extern "C"
#pragma GCC visibility pop

#define Vtop Tap
