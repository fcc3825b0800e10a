"""Provider ``embedded``: the small model that comes with the package, in a server that is started on demand."""

from assay.models.provider import Provider, providers

embedded = providers.register("embedded")(
    Provider(name="embedded", default_model="smollm2-135m-instruct", on_demand=True)
)
