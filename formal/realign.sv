// Realign (64-bit bus, granules of 2 bytes) before any buffer that keeps words in order (fifo.sv):
// for every offset and size, byte k of the blocks is byte k of the array, each block comes once and
// soon.
module realign(input clk, input rst, input start, input [1:0] offset, input [31:0] last_byte,
    input words_valid, input [63:0] words, input ready,
    input f_valid, input [63:0] f_word, input f_freed);
    wire valid, pending;
    wire [63:0] block;
    wire h_take, h_word_valid, h_primed, h_last;
    wire [63:0] h_word, h_hold, h_from_hold;
    wire [28:0] h_blocks_left;
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
    reg [1:0] offset_is;
    reg [31:0] last_is;
    always @(posedge clk) begin
        begun <= !rst & (begun | start); settled <= !rst & begun;
        if (start) begin offset_is <= offset; last_is <= last_byte; end
    end
    always @* assume (!start | (!rst & !begun & last_byte[0]));
    always @* assume (!begun | ((offset == offset_is) & (last_byte == last_is)));
    // of its last byte, from the first word
    wire [32:0] array_end = {30'b0, offset, 1'b0} + last_byte;
    wire [31:0] words_due = {2'b0, array_end[32:3]} + 1, blocks_due = {3'b0, last_byte[31:3]} + 1;

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

    // Byte k of the array has this value. In the rotated words it is in lane k % 8 already, of the
    // word that holds it; the buffer keeps order (fifo.sv).
    (* anyconst *) wire [31:0] k;
    (* anyconst *) wire [7:0] value;
    wire [32:0] at = k + {offset, 1'b0};
    wire [31:0] its_word = {2'b0, at[32:3]}, its_block = {3'b0, k[31:3]};
    wire [5:0] lane = {k[2:0], 3'b0};
    always @* assume (!(f_valid & (given == its_word) & (k <= last_byte))
        | (f_word[lane +: 8] == value));

    // The last word that a block needs is that with its last byte.
    wire [32:0] block_end = {taken[29:0], 3'b111} < last_byte
        ? {taken[29:0], 3'b111} + {offset, 1'b0} : array_end;
    wire enough = begun & (taken < blocks_due) & (came > {2'b0, block_end[32:3]});
    reg [2:0] waiting;
    reg was;
    always @(posedge clk) begin
        waiting <= rst | valid | !enough ? 0 : waiting + 1;
        was <= valid & !ready & !rst;
    end
    reg [63:0] block_was;
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
    wire [2:0] unused = 4 - offset;  // granules of a block that come from `hold`
    wire word_its = given == its_word + 1, hold_its = given - h_word_valid == its_word + 1;
    always @* if (started) begin
        assert (begun | ((came == 0) & (given == 0) & !pending & !h_word_valid & !h_primed));
        assert ((given <= came) & (came <= words_due | !begun) & (taken <= given));
        assert (settled | (came == 0));
        assert (!begun | (h_primed | ((taken == 0) & !aligned & (given == h_word_valid))));
        assert (!(pending & h_primed) | (given == taken + h_word_valid + !aligned));
        assert (!settled | (h_from_hold == (aligned ? 64'b0 : (64'b1 << {unused, 4'b0}) - 64'b1)));
        assert (!pending | ({3'b0, h_blocks_left} == blocks_due - taken - 1));
        assert (!pending | (h_last == (taken + 1 == blocks_due)));
        assert (!(h_word_valid & word_its & (k <= last_byte)) | (h_word[lane +: 8] == value));
        assert (!(pending & h_primed & !aligned & hold_its & (k <= last_byte))
            | (h_hold[lane +: 8] == value));
    end
    always @* if (started) begin
        cover (begun & !pending & (taken == 3) & (offset == 3) & (came == 3) & (its_block == 2)
            & (k == last_byte));                                // the last word suffices
        cover (begun & !pending & (taken == 2) & (came == 3));
        cover (begun & !pending & (taken == 1) & aligned & (last_byte == 1));
        cover (valid & !ready & h_word_valid & (taken == 1) & (offset == 1));
    end
endmodule
