"""The web application. Holds no code, so that `import webapp.domain` loads no framework."""
