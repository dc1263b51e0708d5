"""Records as data to train on."""
