"""Pictures of the graph: :mod:`kg.views.graph` says what is drawn, :mod:`kg.views.html` how."""
