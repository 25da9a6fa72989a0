"""The local API's server side: routes, roles, the live stream."""
