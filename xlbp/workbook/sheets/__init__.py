"""One file, or one folder, per sheet.  Each lays out its page; none computes a number of the training."""
