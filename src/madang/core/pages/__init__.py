"""Design system, layout, list, detail, map, chart and form views, routes and their OpenAPI."""
