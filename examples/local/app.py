"""A handler; an ASGI application is one with `handler = Mangum(app)`."""


def handler(event, context):
    page = int(event.get("queryStringParameters", {}).get("page", 1))
    print("page", page)
    return {"title": "On Distance", "page": page}
