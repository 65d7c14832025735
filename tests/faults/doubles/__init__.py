"""Programs of the site with one thing in them broken on purpose."""
