"""An ordinary FastAPI application; its last line makes it a function."""

from fastapi import Body, FastAPI, Request
from mangum import Mangum

app = FastAPI()


@app.get("/")
def hello(request: Request):
    # Who called, as verified by IAM; nobody is named behind a URL that is open to everybody.
    context = request.scope["aws.event"]["requestContext"]
    return {"hello": context.get("authorizer", {}).get("iam", {}).get("userArn", "everybody")}


@app.post("/echo")
def echo(body: dict = Body()):
    return body


handler = Mangum(app, lifespan="off")
