"""Everything that knows the wire: CGI's REST API, and the HTTP session below it."""
