"""When people leave: reading only at first, then nothing."""
