// Realign before any buffer that keeps words in order (fifo.sv): for every offset and size, byte k
// of the blocks is byte k of the array, each block comes once and soon.
module realign #(parameter `SIZES, localparam LANE = $clog2(DATA_BITS / 8),
    GRANULE = $clog2(GRANULE_BYTES), OFFSET = LANE - GRANULE,
    HELD = DATA_BITS - 8 * GRANULE_BYTES)  // the last granule always comes from the newer word
    (input clk, input rst, input start, input [OFFSET-1:0] offset, input [31:0] last_byte,
    input words_valid, input [DATA_BITS-1:0] words, input ready,
    input f_valid, input [DATA_BITS-1:0] f_word, input f_freed);
    wire valid, pending;
    wire [DATA_BITS-1:0] block;
    wire h_take, h_word_valid, h_primed, h_last;
    wire [DATA_BITS-1:0] h_word;
    wire [HELD-1:0] h_hold, h_from_hold;
    wire [31-LANE:0] h_blocks_left;
    unit u(.clk(clk), .rst(rst), .start(start), .offset(offset), .last_byte(last_byte),
        .words__valid(words_valid), .words__payload(words), .freed(), .blocks__valid(valid),
        .blocks__ready(ready), .blocks__payload(block), .pending(pending), .f_valid(f_valid),
        .f_word(f_word), .f_freed(f_freed), .h_take(h_take), .h_word_valid(h_word_valid),
        .h_primed(h_primed), .h_last(h_last), .h_word(h_word), .h_hold(h_hold),
        .h_from_hold(h_from_hold), .h_blocks_left(h_blocks_left));

    `include "reset.svh"
    // Dma resets the unit between jobs; offset and size hold still from the start on. A size is a
    // multiple of the granule.
    reg begun, settled;
    reg [OFFSET-1:0] offset_is;
    reg [31:0] last_is;
    always @(posedge clk) begin
        begun <= !rst & (begun | start); settled <= !rst & begun;
        if (start) begin offset_is <= offset; last_is <= last_byte; end
    end
    always @* assume (!start | (!rst & !begun & &last_byte[GRANULE-1:0]));
    always @* assume (!begun | ((offset == offset_is) & (last_byte == last_is)));
    // of its first and of its last byte, from the first word
    wire [32:0] first = {offset, {GRANULE{1'b0}}}, array_end = first + last_byte;
    wire [31:0] words_due = array_end[32:LANE] + 1, blocks_due = last_byte[31:LANE] + 1;

    // Words that came, that the buffer has handed on, and blocks that were taken.
    reg [31:0] came, given, taken;
    wire give = f_valid & h_take, take = valid & ready;
    always @(posedge clk) begin
        came <= rst ? 0 : came + words_valid;
        given <= rst ? 0 : given + give;
        taken <= rst ? 0 : taken + take;
    end
    // No word before the second cycle after the start, and none beside the array's.
    always @* assume (!words_valid | (settled & (came < words_due)));
    // What the buffer does: nothing out of nothing, offers stay, in two cycles from in to out.
    reg f_was;
    reg [1:0] f_waiting;
    always @(posedge clk) begin
        f_was <= f_valid & !h_take & !rst;
        f_waiting <= rst | f_valid | (came == given) ? 0 : f_waiting + 1;
    end
    always @* assume ((f_valid == 0) | (!rst & (given < came)));
    always @* assume (!f_was | f_valid);
    always @* assume (f_waiting < 2);

    // Byte k of the array has this value. In the rotated words it is in lane k, modulo their
    // bytes, of the word that holds it; the buffer keeps order (fifo.sv).
    (* anyconst *) wire [31:0] k;
    (* anyconst *) wire [7:0] value;
    wire [32:0] at = k + first;
    wire [31:0] its_word = at[32:LANE], its_block = k[31:LANE];
    wire [LANE+2:0] lane = {k[LANE-1:0], 3'b0};
    always @* assume (!(f_valid & (given == its_word) & (k <= last_byte))
        | (f_word[lane +: 8] == value));

    // The last word that a block needs is that with its last byte.
    wire [32:0] whole = {taken, {LANE{1'b1}}};
    wire [32:0] block_end = whole < last_byte ? whole + first : array_end;
    wire enough = begun & (taken < blocks_due) & (came > block_end[32:LANE]);
    reg [2:0] waiting;
    reg was;
    always @(posedge clk) begin
        waiting <= rst | valid | !enough ? 0 : waiting + 1;
        was <= valid & !ready & !rst;
    end
    reg [DATA_BITS-1:0] block_was;
    always @(posedge clk) block_was <= block;
    always @* if (started) begin
        assert (!(valid & (taken == its_block) & (k <= last_byte)) | (block[lane +: 8] == value));
        assert (pending == (begun & (taken < blocks_due)));     // each block once, no more
        assert (!valid | pending);
        assert (!was | (valid & (block == block_was)));         // what is offered stays
        assert (waiting < 6);                                   // all that it needs came: it comes
    end
    // What makes it inductive: the numbers of the word in `word` and of that in `hold`.
    wire aligned = offset == 0;
    wire [OFFSET:0] unused = (1 << OFFSET) - offset;  // granules of a block that come from `hold`
    localparam [HELD-1:0] ZERO = 0, ONE = 1;
    wire word_its = given == its_word + 1, hold_its = given - h_word_valid == its_word + 1;
    always @* if (started) begin
        assert (begun | ((came == 0) & (given == 0) & !pending & !h_word_valid & !h_primed));
        assert ((given <= came) & (came <= words_due | !begun) & (taken <= given));
        assert (settled | (came == 0));
        assert (!begun | (h_primed | ((taken == 0) & !aligned & (given == h_word_valid))));
        assert (!(pending & h_primed) | (given == taken + h_word_valid + !aligned));
        assert (!settled
            | (h_from_hold == (aligned ? ZERO : (ONE << 8 * GRANULE_BYTES * unused) - ONE)));
        assert (!pending | (h_blocks_left == blocks_due - taken - 1));
        assert (!pending | (h_last == (taken + 1 == blocks_due)));
        assert (!(h_word_valid & word_its & (k <= last_byte)) | (h_word[lane +: 8] == value));
        assert (!(pending & h_primed & !aligned & hold_its & (k <= last_byte) & (lane < HELD))
            | (h_hold[lane +: 8] == value));
    end
    always @* if (started) begin
        cover (begun & !pending & (taken == 3) & &offset & (came == 3) & (its_block == 2)
            & (k == last_byte));                                // the last word suffices
        cover (begun & !pending & (taken == 2) & (came == 3));
        cover (begun & !pending & (taken == 1) & aligned & (last_byte == GRANULE_BYTES - 1));
        cover (valid & !ready & h_word_valid & (taken == 1) & (offset == 1));
    end
endmodule
