"""voltome held against other programs on the same images; never imported by voltome or its tests."""
