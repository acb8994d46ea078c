"""Writes scikit-learn's digits as one small file, for the training that the demo runs itself.

    python pixels.py ../recordings/digits.bin

zlib over, for each digit, 64 pixels of 0..16 and the label, a byte each.
"""

import sys
import zlib

import numpy as np
from sklearn.datasets import load_digits

bunch = load_digits()
rows = np.hstack([bunch.data, bunch.target[:, None]]).astype(np.uint8)
with open(sys.argv[1], "wb") as out:
    out.write(zlib.compress(rows.tobytes(), 9))
