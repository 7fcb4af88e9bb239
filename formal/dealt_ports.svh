    // The cores' side of Deal and Gather, with chunks of CHUNK bits, and the inner signals of
    // `dealt.svh`. There are ports for eight cores, of which the unit has the first.
    localparam CHUNKS = DATA_BITS / 64, PLACE = $clog2(CHUNKS);
    wire cores__0__valid, cores__1__valid, cores__2__valid, cores__3__valid,
        cores__4__valid, cores__5__valid, cores__6__valid, cores__7__valid;
    wire cores__0__ready, cores__1__ready, cores__2__ready, cores__3__ready,
        cores__4__ready, cores__5__ready, cores__6__ready, cores__7__ready;
    wire [CHUNK-1:0] cores__0__payload, cores__1__payload, cores__2__payload, cores__3__payload,
        cores__4__payload, cores__5__payload, cores__6__payload, cores__7__payload;
    wire [7:0] valids = {cores__7__valid, cores__6__valid, cores__5__valid, cores__4__valid,
        cores__3__valid, cores__2__valid, cores__1__valid, cores__0__valid};
    wire [7:0] readies = {cores__7__ready, cores__6__ready, cores__5__ready, cores__4__ready,
        cores__3__ready, cores__2__ready, cores__1__ready, cores__0__ready};
    wire [8*CHUNK-1:0] payloads = {cores__7__payload, cores__6__payload, cores__5__payload,
        cores__4__payload, cores__3__payload, cores__2__payload, cores__1__payload,
        cores__0__payload};
    wire [CORES-1:0] h_mask;
    wire [$clog2(CORES + 1)-1:0] h_count;
    // Of one core, or of blocks of one chunk, the unit has no such signals: they would always be 0.
    localparam FAR = CORES == 1 ? 1 : $clog2(CORES), INSIDE = CHUNKS == 1 ? 1 : PLACE;
    wire [INSIDE-1:0] h_position;
    wire [INSIDE-1:0] position = CHUNKS == 1 ? 0 : h_position;
    wire [FAR-1:0] h_distance_0, h_distance_1, h_distance_2, h_distance_3,
        h_distance_4, h_distance_5, h_distance_6, h_distance_7;
    wire [8*FAR-1:0] distances = CORES == 1 ? 0 : {h_distance_7, h_distance_6, h_distance_5,
        h_distance_4, h_distance_3, h_distance_2, h_distance_1, h_distance_0};
