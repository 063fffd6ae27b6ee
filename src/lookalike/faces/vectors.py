"""Arrays of floats: batches of pixels, outputs of networks, embeddings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
