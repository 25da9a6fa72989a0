"""Client functions of figures over time. They raise what `ApiClient` raises."""

from .calling import Calling
from .figures import FigureQuery, Figures
from .query_text import query_of

FIGURES_TIMEOUT_S = 30.0


async def figures(client: Calling, query: FigureQuery) -> Figures:
    """What a plot is drawn from."""
    return await client.call("GET", "/v1/figures", Figures, query=query_of(query), timeout_s=FIGURES_TIMEOUT_S)
