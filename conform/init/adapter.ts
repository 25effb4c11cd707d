import { makeWheel } from '../wheel.ts'

/** As little of ASGI as one answer in one piece needs. */
const adapter = `import asyncio, base64
class Mangum:
    def __init__(self, app, lifespan="auto"):
        self.app = app
    def __call__(self, event, context):
        return asyncio.run(self.answer(event, context))
    async def answer(self, event, context):
        body = event.get("body") or ""
        body = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
        http = event["requestContext"]["http"]
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": http["method"],
                 "path": event["rawPath"], "raw_path": event["rawPath"].encode(), "root_path": "", "scheme": "https",
                 "query_string": event["rawQueryString"].encode(), "client": (http["sourceIp"], 0), "server": None,
                 "headers": [(name.encode(), value.encode()) for name, value in event["headers"].items()],
                 "aws.event": event, "aws.context": context}
        sent = []
        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}
        async def send(message):
            sent.append(message)
        await self.app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        text = b"".join(message.get("body", b"") for message in sent[1:]).decode()
        return {"statusCode": sent[0]["status"], "headers": headers, "body": text}
`

/**
 * Makes a wheel that stands in for Mangum where pip has none, so that everything around it is tried all the same.
 *
 * @param folder where to
 */
export async function makeAdapterWheel(folder: string): Promise<void> {
  await makeWheel(folder, { name: 'mangum', version: '0.19.0+of.a.test', files: { 'mangum.py': adapter } })
}
