"""Code from configurations, run without access to the machine: JavaScript, Nunjucks templates, mathjs expressions."""
