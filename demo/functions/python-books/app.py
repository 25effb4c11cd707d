"""The callee in Python: a FastAPI application, hosted by Mangum."""

from fastapi import FastAPI, Request
from mangum import Mangum
from pydantic import BaseModel

app = FastAPI()

BOOKS = ["Hard Times", "The Warden", "Cranford", "Villette", "Silas Marner", "Shirley"]


class Login(BaseModel):
    user: str


def called_by(request: Request) -> str:
    context = request.scope["aws.event"]["requestContext"]
    return context["authorizer"]["iam"]["userArn"]


@app.get("/book")
def book(request: Request, page: int = 1):
    return {"page": page, "books": BOOKS[page - 1 : page], "calledBy": called_by(request)}


@app.post("/login", status_code=201)
def login(request: Request, body: Login):
    return {"welcome": body.user, "calledBy": called_by(request)}


handler = Mangum(app, lifespan="off")
