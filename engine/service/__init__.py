"""The decision service: AuthZEN questions and CloudEvents over HTTP, for tenants whose contracts and ledgers are kept.

`app.py` puts it together, `config.py` says how it is set up. Only this package imports the web, and of the service
only `clock.py` reads the clock.
"""
