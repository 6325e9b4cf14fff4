"""What FastAPI and uvicorn cost by themselves: a route that does nothing, served with the settings of prompt_api.main.

Runs in the API's image, on a port beside the API's.
"""

import sys
from http import HTTPStatus

import uvicorn
from fastapi import FastAPI


def create_app() -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.post("/empty", status_code=HTTPStatus.CREATED)
    async def empty() -> None:
        """Accept anything."""

    return app


if __name__ == "__main__":
    uvicorn.run(
        create_app(),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
