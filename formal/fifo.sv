// Fifo: nothing lost, in order, nothing out of nothing, stable, two cycles from in to out. All
// outputs are told in every cycle: `valid` and `freed` by a model, the payload while it is valid.
module fifo #(parameter `SIZES, localparam PLACE = $clog2(DEPTH), LEVEL = $clog2(DEPTH + 1))
    (input clk, input rst, input i_valid, input [WIDTH-1:0] i, input ready);
    wire valid, freed;
    wire [WIDTH-1:0] o;
    wire h_fetch, h_filled;
    wire [PLACE-1:0] h_write, h_read;  // where the next word goes, and where the next one is
    wire [LEVEL-1:0] h_level;          // words in the memory
    wire [DEPTH * WIDTH - 1:0] h_words;
    unit u(.clk(clk), .rst(rst), .i__valid(i_valid), .i__payload(i),
        .o__valid(valid), .o__ready(ready), .o__payload(o), .freed(freed), .h_fetch(h_fetch),
        .h_filled(h_filled), .h_write(h_write), .h_read(h_read), .h_level(h_level),
        .h_words(h_words));

    `include "reset.svh"

    // The user counts room as Core and Datapath do: a word that has left is known one cycle later.
    reg [LEVEL-1:0] room;
    always @(posedge clk) room <= rst ? DEPTH : room - i_valid + freed;
    always @* assume (!i_valid | (room != 0));
    always @* assume (!i_valid | !rst);

    // One word is watched: the one that comes when `watch` is high for the first time.
    (* anyseq *) wire watch;
    reg watched, gone;
    reg [WIDTH-1:0] value;
    reg [LEVEL-1:0] before;  // words that are inside before it
    reg [LEVEL-1:0] inside;
    wire taken = valid & ready;
    wire take_up = i_valid & watch & !watched;
    always @(posedge clk) begin
        if (rst) begin
            watched <= 0; gone <= 0; before <= 0; inside <= 0;
        end else begin
            inside <= inside + i_valid - taken;
            if (take_up) begin
                watched <= 1; value <= i; before <= inside - taken;
            end else if (watched & !gone & taken) begin
                if (before == 0) gone <= 1; else before <= before - 1;
            end
        end
    end
    wire here = watched & !gone;
    wire its_turn = here & (before == 0);

    reg was_valid, was_ready;
    reg [WIDTH-1:0] was;
    // What came in the cycle before, or earlier, is at the output in the next cycle, if it is
    // the first or the one before it goes; it is `freed` in the cycle after it went.
    reg offered, left;
    always @(posedge clk) begin
        was_valid <= valid & !rst; was_ready <= ready; was <= o;
        offered <= !rst & (offered & !ready | (inside > offered));
        left <= !rst & offered & ready;
    end
    always @* if (started) begin
        assert (valid == offered);
        assert (freed == left);
        assert (!valid | (inside != 0));                    // nothing out of nothing
        assert (!(its_turn & valid) | (o == value));  // in order, nothing lost, nothing changed
        assert (!(was_valid & !was_ready) | (valid & (o == was)));
        assert (inside <= DEPTH);
        assert (!(i_valid & h_fetch) | (h_write != h_read));  // none is read while it is written
    end
    // What makes it inductive. Words are at the output first, then from h_read on.
    wire [PLACE-1:0] its_place = h_read + before - valid;
    always @* if (started) begin
        assert (h_level + valid == inside);
        assert (h_filled == (h_level != 0));
        assert (h_write == h_read + h_level[PLACE-1:0]);
        assert (room + inside + freed == DEPTH);
        assert (!here | (before < inside));
        assert (!here | its_turn & valid | (h_words[its_place * WIDTH +: WIDTH] == value));
    end
    // As full as covers wait for: to fill a large buffer takes more cycles than they have.
    localparam FULL = DEPTH < 4 ? DEPTH : 4;
    always @* if (started) begin
        cover (gone & (inside == FULL - 1));
        cover (its_turn & valid & !ready & (inside == FULL));
    end
endmodule
