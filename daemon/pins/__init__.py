"""PINs that the shop holds for phones: drawn or typed (`drawing`), sealed and kept (`vault`), asked for (`desk`)."""
