"""An agent that answers what its test says."""


def call_api(prompt, options, context):
    return {"output": context["vars"]["out"]}
