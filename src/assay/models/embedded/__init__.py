"""The embedded model: a small language model on this machine, in a child process that speaks OpenAI's chat dialect.

    supervisor.py   starts, shares and stops the child; what everybody else calls
    place.py        the child's folder: what it says about itself, and the locks
    weights.py      finds the weights and makes the faster copy (gguf.py, quantise.py); get.py installs them
    server.py       the child process (chat.py, answer.py: the dialect; pool.py, llama.py: the engine)

Importing this package loads neither the engine nor an HTTP library; only the child does.
"""
