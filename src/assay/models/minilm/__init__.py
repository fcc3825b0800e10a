"""The embedded sentence encoder: all-MiniLM-L6-v2 with 8-bit weights, on ONNX Runtime; the extra ``embeddings``."""
