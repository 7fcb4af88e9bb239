// Fifo (8 bits, 4 words): nothing lost, in order, nothing out of nothing, offered in two cycles,
// stable.
module fifo(input clk, input rst, input i_valid, input [7:0] i, input ready);
    wire valid, freed;
    wire [7:0] o;
    unit u(.clk(clk), .rst(rst), .i__valid(i_valid), .i__payload(i),
        .o__valid(valid), .o__ready(ready), .o__payload(o), .freed(freed));

    `include "reset.svh"

    // The user counts room as Core and Datapath do: a word that has left is known one cycle later.
    reg [2:0] room;
    always @(posedge clk) room <= rst ? 4 : room - i_valid + freed;
    always @* assume (!i_valid | (room != 0));
    always @* assume (!i_valid | !rst);

    // One word is watched: the one that comes when `watch` is high for the first time.
    (* anyseq *) wire watch;
    reg watched, gone;
    reg [7:0] value;
    reg [2:0] before;  // words that are inside before it
    reg [2:0] inside;
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
    wire its_turn = watched & !gone & (before == 0);

    reg was_valid, was_ready;
    reg [7:0] was;
    reg [1:0] waiting;  // cycles in which something was inside and nothing was offered
    always @(posedge clk) begin
        was_valid <= valid & !rst; was_ready <= ready; was <= o;
        waiting <= (rst | valid | (inside == 0)) ? 0 : waiting + 1;
    end
    always @* if (started) begin
        assert (!valid | (inside != 0));                    // nothing out of nothing
        assert (!(its_turn & valid) | (o == value));  // in order, nothing lost, nothing changed
        assert (!(was_valid & !was_ready) | (valid & (o == was)));
        assert (waiting < 2);                               // offered two cycles after it came
        assert (inside <= 4);
    end
    always @* if (started) begin
        cover (gone & (inside == 3));
        cover (its_turn & valid & !ready & (inside == 4));
    end
endmodule
