export default { fetch: (request: Request) => Response.json({ path: new URL(request.url).pathname }) }
