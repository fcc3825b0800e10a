"""The embedded model: a small language model on this machine, in a child process that speaks OpenAI's chat dialect.

    supervisor.py   starts, shares and stops the child; what everybody else calls
    place.py        the child's folder: what it says about itself, and the locks (probe.py asks it over loopback)
    weights.py      finds the weights and makes the faster copy (gguf.py, quantise.py); get.py installs them
    server.py       the child process: service.py answers over HTTP (chat.py, answer.py, refusal.py: the dialect),
                    pool.py and llama.py hold the engines

Importing this package loads neither the engine nor an HTTP library; only the child does.
"""
