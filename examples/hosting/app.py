"""An ASGI application; one of FastAPI, Starlette or Django takes its place."""

import json

from mangum import Mangum


async def app(scope, receive, send):
    caller = scope["aws.event"]["requestContext"]["authorizer"]["iam"]["userArn"]
    body = json.dumps({"path": scope["path"], "calledBy": caller}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


handler = Mangum(app, lifespan="off")
