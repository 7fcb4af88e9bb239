    // Word addresses of docs/registers.md: 16 registers that exist once; ten for the shared job
    // from 0x100 on, and for each of 16 cores from 0x200 on, 0x40 bytes apart.
    function mapped(input [9:0] word);
        mapped = (word < 10'h010) | ((word >= 10'h040) & (word < 10'h04a))
            | ((word >= 10'h080) & (word < 10'h180) & (word[3:0] < 10));
    endfunction
